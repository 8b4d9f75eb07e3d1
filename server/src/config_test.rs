//! Where settings come from, which win, and what is said of wrong ones: the name and the source, never a secret.

#![expect(clippy::result_large_err, reason = "the closures of figment's `Jail` answer its errors")]

use figment::Jail;
use rstest::rstest;

use super::*;

const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// What comes of this file and these variables.
fn load(file: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let mut loaded = None;
    Jail::expect_with(|jail| {
        jail.clear_env();
        jail.create_file("storecast.toml", file)?;
        for (name, value) in variables {
            jail.set_env(name, value);
        }
        loaded = Some(Config::load(Some(Path::new("storecast.toml"))));
        Ok(())
    });
    loaded.unwrap()
}

#[test]
fn nothing_is_deleted_before_its_time() {
    let keep = |retention: Retention| Config { retention, ..Config::default() }.checked().map_err(|error| error.key);
    assert!(keep(Retention::default()).is_ok());
    let least = Retention { webhook_days: 8, group_send_days: 365, broadcast_days: 730, audit_days: 90 };
    assert!(keep(least.clone()).is_ok());
    for (retention, key) in [
        (Retention { webhook_days: 7, ..least.clone() }, "retention.webhook_days"),
        (Retention { group_send_days: 364, ..least.clone() }, "retention.group_send_days"),
        (Retention { broadcast_days: 729, ..least.clone() }, "retention.broadcast_days"),
        (Retention { audit_days: 0, ..least }, "retention.audit_days"),
    ] {
        assert_eq!(keep(retention).err().as_deref(), Some(key));
    }
}

#[test]
fn without_a_file_there_are_defaults() {
    Jail::expect_with(|jail| {
        jail.clear_env();
        let config = Config::load(None).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.line.api_base, "https://api.line.me");
        assert_eq!(config.whatsapp.api_base, "https://graph.facebook.com");
        assert_eq!((config.whatsapp.version.as_str(), config.whatsapp.rate), ("v25.0", 70));
        assert!(config.root_key.is_none());
        Ok(())
    });
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_defaults() {
    let file = "listen = '127.0.0.1:1'\ndatabase = 'sqlite:here.db'\n[line]\nrate = 100\nin_flight = 7\n";
    let variables = [
        ("STORECAST_LINE__RATE", "200"),
        ("STORECAST_LINE__API_BASE", "http://127.0.0.1:9000/"),
        ("STORECAST_ROOT_KEY", KEY),
        ("STORECAST_TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
        ("STORECAST_PUBLIC_URL", "https://chat.example.com/"),
        ("STORECAST_TEST_POSTGRES", "postgres://x"),
    ];
    let config = load(file, &variables).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:1");
    assert_eq!((config.line.rate, config.line.in_flight, config.line.timeout_ms), (200, 7, 15_000));
    assert_eq!(config.line.api_base, "http://127.0.0.1:9000");
    assert_eq!(config.public_url, "https://chat.example.com");
    assert!(config.secure());
    assert_eq!(config.root_key.unwrap().bytes(), [0; 32]);
    assert!(config.trusted_proxies.contains("10.200.0.1".parse().unwrap()));
    assert!(config.trusted_proxies.contains("::1".parse().unwrap()));
    assert!(!config.trusted_proxies.contains("11.0.0.1".parse().unwrap()));
}

#[test]
fn whatsapp_is_set_like_line() {
    let file = "[whatsapp]\nversion = 'v26.0'\nmedia_hosts = ['fbsbx.com']\n";
    let variables = [
        ("STORECAST_WHATSAPP__API_BASE", "http://127.0.0.1:9000/"),
        ("STORECAST_WHATSAPP__RATE", "1000"),
        ("STORECAST_WHATSAPP__MEDIA_HOSTS", "[\"media.example.com\"]"),
    ];
    let whatsapp = load(file, &variables).unwrap().whatsapp;
    assert_eq!((whatsapp.api_base.as_str(), whatsapp.version.as_str()), ("http://127.0.0.1:9000", "v26.0"));
    assert_eq!((whatsapp.rate, whatsapp.in_flight, whatsapp.timeout_ms), (1_000, 128, 15_000));
    assert_eq!(whatsapp.media_hosts, ["media.example.com"]);
}

#[test]
fn the_file_may_be_named_by_the_environment_and_must_be_there() {
    Jail::expect_with(|jail| {
        jail.clear_env();
        jail.create_file("other.toml", "data_dir = 'there'")?;
        jail.set_env("STORECAST_CONFIG", "other.toml");
        assert_eq!(Config::load(None).unwrap().data_dir, Path::new("there"));
        jail.set_env("STORECAST_CONFIG", "missing.toml");
        assert!(Config::load(None).unwrap_err().to_string().contains("missing.toml"));
        Ok(())
    });
}

#[rstest]
#[case::unknown("lisen = '127.0.0.1:1'", "lisen", "storecast.toml")]
#[case::unknown_below("[line]\nspeed = 5", "line.speed", "storecast.toml")]
#[case::wrong_type("[line]\nrate = 'fast'", "line.rate", "storecast.toml")]
#[case::no_address("listen = 'everywhere'", "listen", "storecast.toml")]
#[case::plain_http("public_url = 'http://chat.example.com'", "public_url", "https://")]
#[case::with_path("public_url = 'https://chat.example.com/app'", "public_url", "without a path")]
#[case::relative("public_url = 'chat.example.com'", "public_url", "https://")]
#[case::too_fast("[line]\nrate = 2001", "line.rate", "2000")]
#[case::too_many_at_once("[line]\nmulticast_rate = 201", "line.multicast_rate", "200")]
#[case::no_multicast("[line]\nmulticast_rate = 0", "line.multicast_rate", "at least 1")]
#[case::too_fast_on_whatsapp("[whatsapp]\nrate = 1001", "whatsapp.rate", "1000")]
#[case::no_pace_on_whatsapp("[whatsapp]\nrate = 0", "whatsapp.rate", "at least 1")]
#[case::none_in_flight("[whatsapp]\nin_flight = 0", "whatsapp.in_flight", "at least 1")]
#[case::whatsapp_outlives_its_lease("[whatsapp]\ntimeout_ms = 30001", "whatsapp.timeout_ms", "lease")]
#[case::plain_graph("[whatsapp]\napi_base = 'http://graph.facebook.com'", "whatsapp.api_base", "https://")]
#[case::version_in_the_base("[whatsapp]\napi_base = 'https://graph.facebook.com/v25.0'", "whatsapp.api_base", "path")]
#[case::no_version("[whatsapp]\nversion = '25'", "whatsapp.version", "v25.0")]
#[case::version_that_is_a_path("[whatsapp]\nversion = 'v25.0/me'", "whatsapp.version", "v25.0")]
#[case::whole_address_for_a_host(
    "[whatsapp]\nmedia_hosts = ['https://fbsbx.com']",
    "whatsapp.media_hosts",
    "fbsbx.com"
)]
#[case::every_host("[whatsapp]\nmedia_hosts = ['']", "whatsapp.media_hosts", "fbsbx.com")]
#[case::a_whole_top_level("[whatsapp]\nmedia_hosts = ['com']", "whatsapp.media_hosts", "fbsbx.com")]
#[case::unknown_of_whatsapp("[whatsapp]\nspeed = 5", "whatsapp.speed", "storecast.toml")]
#[case::zero("[limits]\nsend_per_member = 0", "limits.send_per_member", "at least 1")]
#[case::outlives_its_lease("[line]\ntimeout_ms = 40000", "line.timeout_ms", "lease")]
#[case::no_network("trusted_proxies = ['10.0.0.0/40']", "trusted_proxies", "10.0.0.0/8")]
fn a_wrong_setting_is_named_with_its_source_or_cure(#[case] file: &str, #[case] key: &str, #[case] says: &str) {
    let error = load(file, &[]).unwrap_err();
    assert_eq!(error.key, key, "{error}");
    assert!(error.to_string().contains(says), "{error}");
}

#[test]
fn a_variable_that_is_wrong_is_named_too() {
    let error = load("", &[("STORECAST_LINE_API_BASE", "https://x")]).unwrap_err();
    assert_eq!(error.key, "line_api_base");
    assert!(error.to_string().contains("environment"), "{error}");
}

#[rstest]
#[case::short("root_key = 'c2VjcmV0'", "c2VjcmV0")]
#[case::number("root_key = 1234567", "1234567")]
#[case::unquoted("root_key = c2VjcmV0", "c2VjcmV0")]
#[case::previous("previous_root_keys = ['c2VjcmV0']", "c2VjcmV0")]
#[case::database("database = 1234567", "1234567")]
fn an_error_never_says_the_secret(#[case] file: &str, #[case] secret: &str) {
    let error = load(file, &[]).unwrap_err();
    assert!(!error.to_string().contains(secret), "{error}");
    assert!(!format!("{error:?}").contains(secret), "{error:?}");
}

#[test]
fn settings_are_shown_without_secrets() {
    let file = format!(
        "root_key = '{KEY}'\nprevious_root_keys = ['{KEY}']\ndatabase = 'postgres://ann:hush@db/shop?password=hush'"
    );
    let config = load(&file, &[]).unwrap();
    for shown in [format!("{config:?}"), serde_json::to_string(&config).unwrap()] {
        assert!(!shown.contains("AAAA") && !shown.contains("hush"), "{shown}");
        assert!(shown.contains("postgres://…@db/shop"), "{shown}");
    }
}

#[rstest]
#[case("postgres://ann:hu@sh@db/shop", "postgres://…@db/shop")]
#[case("postgres://ann:hu?sh@db/shop", "postgres://…@…")]
#[case("postgres://db/shop?password=hu@sh", "postgres://…@…")]
#[case("sqlite:data/storecast.db", "sqlite:data/storecast.db")]
fn an_address_is_shown_without_its_password(#[case] address: &str, #[case] shown: &str) {
    assert_eq!(DatabaseAddress::new(address).to_string(), shown);
}

#[test]
fn a_new_key_is_read_back() {
    let key = RootKey::generate();
    assert_eq!(RootKey::parse(key.expose()).unwrap().bytes().len(), 32);
    assert_ne!(key.expose(), RootKey::generate().expose());
}

const BUCKET: &str = "[media.s3]\nbucket = 'pictures'\naccess_key = 'KEYID'\nsecret_key = 'hush-hush'\n";

#[test]
fn media_lie_in_the_folder_or_in_the_bucket_that_is_named() {
    assert!(load("", &[]).unwrap().media.s3.is_none());
    let variables =
        [("STORECAST_MEDIA__S3__ENDPOINT", "http://127.0.0.1:9000/"), ("STORECAST_MEDIA__S3__SECRET_KEY", "other")];
    let config = load(BUCKET, &variables).unwrap();
    let shown = serde_json::to_string(&config).unwrap();
    let s3 = config.media.s3.unwrap();
    assert_eq!((s3.bucket.as_str(), s3.region.as_str(), s3.secret_key.expose()), ("pictures", "us-east-1", "other"));
    assert!(s3.allows_http() && s3.path_style);
    assert_eq!(s3.endpoint.as_deref(), Some("http://127.0.0.1:9000"));
    assert!(!shown.contains("other") && !format!("{s3:?}").contains("other"), "{shown}");
}

#[rstest]
#[case::no_bucket("[media.s3]\naccess_key = 'KEYID'\nsecret_key = 'hush-hush'", "media.s3.bucket")]
#[case::no_key("[media.s3]\nbucket = 'pictures'\naccess_key = 'KEYID'", "media.s3.secret_key")]
#[case::no_name("[media.s3]\nbucket = 'a b'\naccess_key = 'KEYID'\nsecret_key = 'hush-hush'", "media.s3.bucket")]
#[case::plain_http(&format!("{BUCKET}endpoint = 'http://s3.example.com'"), "media.s3.endpoint")]
#[case::unknown(&format!("{BUCKET}bukket = 'x'"), "media.s3.bukket")]
#[case::no_text("[media.s3]\nsecret_key = 12345", "media.s3.secret_key")]
fn a_bucket_that_cannot_be_used_is_named_without_its_key(#[case] file: &str, #[case] key: &str) {
    let refused = load(file, &[]).unwrap_err();
    assert_eq!(refused.key, key, "{refused}");
    assert!(!refused.to_string().contains("hush") && !refused.to_string().contains("12345"), "{refused}");
}
