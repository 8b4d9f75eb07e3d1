//! What the app keeps in files: one for each value, in a folder that is this user's.

use std::{fs, io::Write as _, path::PathBuf};

use super::NotKept;

/// A folder of values. Without one, nothing is kept.
pub(super) struct Files {
    folder: Option<PathBuf>,
}

impl Files {
    /// One of the folders of the app.
    pub(super) fn of_this_user(name: &str) -> Self {
        Self { folder: folder(name) }
    }

    #[cfg(test)]
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self { folder: Some(folder) }
    }

    /// The file of a key: letters, digits, `-`, `_` and `.`, so that no key leads out of the folder.
    fn path(&self, key: &str) -> Option<PathBuf> {
        let plain = key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        let safe = plain && !key.is_empty() && !key.starts_with('.');
        safe.then(|| self.folder.as_ref().map(|folder| folder.join(key)))?
    }

    pub(super) fn read(&self, key: &str) -> Option<String> {
        fs::read_to_string(self.path(key)?).ok()
    }

    /// Writes beside and renames, so that a dead battery leaves the old value or the new one.
    pub(super) fn write(&self, key: &str, value: &str) -> Result<(), NotKept> {
        let path = self.path(key).ok_or(NotKept)?;
        // No key has this name.
        let beside = path.with_file_name(format!("~{key}"));
        let written = || -> std::io::Result<()> {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut options = fs::OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&beside)?;
            file.write_all(value.as_bytes())?;
            file.sync_all()?;
            fs::rename(&beside, &path)
        };
        written().map_err(|_| NotKept)
    }

    pub(super) fn remove(&self, key: &str) {
        if let Some(path) = self.path(key) {
            // What is not there is forgotten already.
            let _ = fs::remove_file(path);
        }
    }

    pub(super) fn keys(&self, prefix: &str) -> Vec<String> {
        let Some(entries) = self.folder.as_ref().and_then(|folder| fs::read_dir(folder).ok()) else {
            return Vec::new();
        };
        entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|key| key.starts_with(prefix) && self.path(key).is_some())
            .collect()
    }
}

/// A folder of the app.
pub(super) fn folder(name: &str) -> Option<PathBuf> {
    Some(home()?.join("storecast").join(name))
}

/// Where programs keep what is this user's and this machine's.
#[cfg(not(target_os = "android"))]
fn home() -> Option<PathBuf> {
    dirs::data_local_dir()
}

#[cfg(target_os = "android")]
fn home() -> Option<PathBuf> {
    let process = fs::read_to_string("/proc/self/cmdline").ok()?;
    let id = std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").ok()?);
    let home = android_home(&process, id)?;
    home.is_dir().then(|| home.join("files"))
}

/// The folder of an app on Android, which sets no `HOME`: a process is named after its package, and each user of the device
/// has 100,000 ids.
#[cfg(any(target_os = "android", test))]
fn android_home(process: &str, id: u32) -> Option<PathBuf> {
    let package = process.split(['\0', ':']).next()?;
    let named = package.contains('.') && package.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_'));
    named.then(|| PathBuf::from(format!("/data/user/{}/{package}", id / 100_000)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_replaced_listed_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::in_folder(folder.path().join("values"));
        assert_eq!((files.read("draft.1"), files.keys("")), (None, Vec::new()));
        for value in ["早安", "晚安"] {
            files.write("draft.1", value).unwrap();
            assert_eq!(files.read("draft.1").as_deref(), Some(value));
        }
        files.write("server", "https://chat.example.com").unwrap();
        assert_eq!(files.keys("draft."), ["draft.1"]);
        files.remove("draft.1");
        files.remove("draft.1");
        assert_eq!((files.read("draft.1"), files.keys("")), (None, vec!["server".to_owned()]));
    }

    #[test]
    fn what_a_dead_battery_left_behind_is_no_value() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("~draft.1"), "half").unwrap();
        assert_eq!(Files::in_folder(folder.path().to_owned()).keys(""), Vec::<String>::new());
    }

    #[test]
    fn a_key_leads_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::in_folder(folder.path().join("values"));
        for key in ["", "..", ".x", "../x", "a/b", "a\\b", "C:x", "~x"] {
            assert_eq!((files.write(key, "x"), files.read(key)), (Err(NotKept), None), "{key}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_this_user_reads_them() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::in_folder(folder.path().to_owned());
        files.write("refresh-token", "secret").unwrap();
        let about = fs::metadata(folder.path().join("refresh-token")).unwrap();
        assert_eq!(std::os::unix::fs::MetadataExt::mode(&about) & 0o777, 0o600);
    }

    #[test]
    fn the_folder_on_android_is_the_packages_of_this_user() {
        let home = |process, id| android_home(process, id).map(|home| home.display().to_string());
        assert_eq!(home("app.storecast\0\0", 10_123).as_deref(), Some("/data/user/0/app.storecast"));
        assert_eq!(home("app.storecast:web\0", 1_010_123).as_deref(), Some("/data/user/10/app.storecast"));
        assert_eq!(home("/system/bin/app_process\0", 10_123), None);
        assert_eq!(home("", 0), None);
    }
}
