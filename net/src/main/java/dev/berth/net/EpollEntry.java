package dev.berth.net;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A descriptor in an epoll set, read from `/proc/PID/fdinfo/FD` of the set.
///
/// **Shape:** `tfd: FD events: HEX data: HEX pos:N ino:HEX sdev:HEX`, the last three since Linux
/// 4.13.
///
/// **Source:** proc_pid_fdinfo(5); `ep_show_fdinfo` (fs/eventpoll.c)
///
/// @param fd its number at the time it was added
/// @param events the events waited for, the bits of epoll_ctl(2)
/// @param data what epoll_wait(2) returns with an event
/// @param inode of its file; 0 if the kernel does not show it
public record EpollEntry(int fd, int events, long data, long inode) {
    private static final Pattern LINE =
            Pattern.compile(
                    "tfd:\\s*(\\d{1,9})\\s+events:\\s*(\\p{XDigit}{1,8})"
                            + "\\s+data:\\s*(\\p{XDigit}{1,16})"
                            + "(?:\\s+pos:\\S+\\s+ino:(\\p{XDigit}{1,16})\\s.*)?");
    private static final int HEX = 16;

    /// Parses a line of the file; empty if it does not have this shape.
    public static Optional<EpollEntry> parse(String line) {
        Matcher found = LINE.matcher(line.strip());
        if (!found.matches()) {
            return Optional.empty();
        }
        String inode = found.group(4);
        return Optional.of(
                new EpollEntry(
                        Integer.parseInt(found.group(1)),
                        Integer.parseUnsignedInt(found.group(2), HEX),
                        Long.parseUnsignedLong(found.group(3), HEX),
                        inode == null ? 0 : Long.parseUnsignedLong(inode, HEX)));
    }

    /// Whether its file may have one of these inodes: another file system may use the same number.
    boolean maybe(Set<Long> inodes) {
        return inodes.contains(inode);
    }
}
