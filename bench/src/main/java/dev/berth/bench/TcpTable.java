package dev.berth.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The kernel's TCP sockets of this network namespace, IPv4 and IPv6.
///
/// **Source:** `/proc/net/tcp`, proc_net(5).
final class TcpTable {
    private static final int LISTEN = 0x0a;

    /// State, queues, timer and its kind, as they read in TIME_WAIT: such a socket has no inode and
    /// no process.
    private static final String TIME_WAIT = " 06 00000000:00000000 ";

    private TcpTable() {}

    /// A socket.
    ///
    /// @param state as in the kernel: 1 established … 10 listening
    /// @param queue unread bytes; for a listener, connections not accepted yet
    /// @param inode 0 while no process has accepted it, or once none holds it any more
    record Row(int localPort, int remotePort, int state, long queue, long inode) {
        boolean listens() {
            return state == LISTEN;
        }
    }

    /// The sockets whose local port is `port`, except those in TIME_WAIT.
    static List<Row> onPort(int port) throws IOException {
        try (Stream<String> four = Files.lines(Path.of("/proc/net/tcp"));
                Stream<String> six = Files.lines(Path.of("/proc/net/tcp6"))) {
            String end = ":%04X".formatted(port);
            // Under load there are thousands of lines in TIME_WAIT, so no work is spent on lines of
            // other ports.
            return Stream.concat(four.skip(1), six.skip(1))
                    .filter(line -> line.contains(end))
                    .filter(line -> !line.contains(TIME_WAIT))
                    .map(line -> line.strip().split("\\s+"))
                    .filter(fields -> fields[1].endsWith(end))
                    .map(TcpTable::row)
                    .toList();
        }
    }

    private static Row row(String[] fields) {
        return new Row(
                port(fields[1]),
                port(fields[2]),
                Integer.parseInt(fields[3], 16),
                Long.parseLong(fields[4].substring(fields[4].indexOf(':') + 1), 16),
                Long.parseLong(fields[9]));
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.indexOf(':') + 1), 16);
    }
}
