# Ends what it was told of as soon as its standard input ends, whatever happened to who started it.
# Reads a line for each process: `+PID` when it begins, `-PID` when it is gone.
trap '' INT TERM HUP
list=' '
while read -r line; do
    pid=${line#?}
    case $line in
        +*) list="$list$pid " ;;
        -*) list="${list%% "$pid" *} ${list#* "$pid" }" ;;
    esac
done
for pid in $list; do
    kill -KILL "$pid" 2>/dev/null
done
