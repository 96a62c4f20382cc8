package dev.berth.net;

import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/// The sockets of a network namespace as its `/proc/net` lists them, for use when [SockDiag] is
/// refused. No privilege is needed.
///
/// It has less information: its rows are [SocketRow#partial()], and TCP sockets that are only bound
/// are missing.
///
/// **Shape:** a line, everything except the uid and the inode in hexadecimal digits; an address is
/// one or four words of 32 bits, each in the host's byte order:
///
///     0: 0100007F:1F90 00000000:0000 0A 00000000:00000002 00:00000000 00000000  1000  0 4711 …
///     #  local         remote        state  sent:received  timer:when  …         uid     inode
///
/// For UDP the thirteenth word counts dropped datagrams.
///
/// **Source:** proc_pid_net(5), net/ipv4/tcp_ipv4.c `get_tcp4_sock`
public final class ProcNet {
    private static final String HANDLE = "/ns/net";
    private static final int LEAST_WORDS = 10;
    private static final int DROPS = 12;
    private static final int TIMER_TIME_WAIT = 3;
    private static final int TICK_MILLIS = 10;

    private final String directory;

    private ProcNet(String directory) {
        this.directory = directory;
    }

    /// The tables of a network namespace in which a process lives.
    public static ProcNet of(NetNamespace namespace) {
        String path = namespace.path();
        boolean lives = path.endsWith(HANDLE);
        return new ProcNet(
                lives ? path.substring(0, path.length() - HANDLE.length()) + "/net" : path);
    }

    /// Its sockets, IPv4 before IPv6.
    ///
    /// @throws IOException if no process lives in the namespace any more, or /proc is not mounted
    public List<SocketRow> read(Protocol protocol) throws IOException {
        List<SocketRow> rows = new ArrayList<>();
        read(protocol, Sockets.AF_INET, new File(directory, protocol.text()), rows);
        File six = new File(directory, protocol.text() + "6");
        if (six.exists()) {
            read(protocol, Sockets.AF_INET6, six, rows);
        }
        return rows;
    }

    private static void read(Protocol protocol, int family, File table, List<SocketRow> rows)
            throws IOException {
        Path path = table.toPath();
        try (BufferedReader in = Files.newBufferedReader(path, StandardCharsets.ISO_8859_1)) {
            in.readLine();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                row(protocol, family, line).ifPresent(rows::add);
            }
        }
    }

    /// Parses a line; empty if it is malformed.
    static Optional<SocketRow> row(Protocol protocol, int family, String line) {
        String[] words = line.strip().split(" +");
        if (words.length < LEAST_WORDS) {
            return Optional.empty();
        }
        try {
            return Optional.of(row(protocol, family, words));
        } catch (IllegalArgumentException | IndexOutOfBoundsException nonsense) {
            return Optional.empty();
        }
    }

    private static SocketRow row(Protocol protocol, int family, String[] words) {
        SockAddr.Inet remote = address(family, words[2]);
        boolean alone = remote.wildcard() && remote.port() == 0;
        return new SocketRow(
                protocol,
                family,
                DiagMessages.state(word(words[3]), protocol),
                address(family, words[1]),
                alone ? Optional.empty() : Optional.of(remote),
                Long.parseLong(words[9]),
                SocketRow.NO_COOKIE,
                Integer.parseUnsignedInt(words[7]),
                0,
                word(words[4].substring(words[4].indexOf(':') + 1)),
                word(words[4].substring(0, words[4].indexOf(':'))),
                drops(protocol, words),
                Optional.empty(),
                Optional.empty(),
                details(words[5]));
    }

    private static OptionalInt drops(Protocol protocol, String[] words) {
        return protocol == Protocol.UDP && words.length > DROPS
                ? OptionalInt.of(Integer.parseUnsignedInt(words[DROPS]))
                : OptionalInt.empty();
    }

    private static SocketDetails details(String timer) {
        int colon = timer.indexOf(':');
        if (word(timer.substring(0, colon)) != TIMER_TIME_WAIT) {
            return SocketDetails.NONE;
        }
        int millis = word(timer.substring(colon + 1)) * TICK_MILLIS;
        return new SocketDetails(
                OptionalInt.of(millis), OptionalLong.empty(), Optional.empty(), Set.of());
    }

    private static SockAddr.Inet address(int family, String text) {
        int colon = text.indexOf(':');
        int port = word(text.substring(colon + 1));
        return family == Sockets.AF_INET
                ? new SockAddr.Inet4(big(text, 0), port)
                : new SockAddr.Inet6(
                        Integer.toUnsignedLong(big(text, 0)) << 32
                                | Integer.toUnsignedLong(big(text, 8)),
                        Integer.toUnsignedLong(big(text, 16)) << 32
                                | Integer.toUnsignedLong(big(text, 24)),
                        port,
                        0,
                        0);
    }

    private static int big(String text, int from) {
        int host = word(text.substring(from, from + 8));
        boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        return little ? Integer.reverseBytes(host) : host;
    }

    private static int word(String hexadecimal) {
        return Integer.parseUnsignedInt(hexadecimal, 16);
    }
}
