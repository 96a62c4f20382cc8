package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.Addresses;
import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.net.SocketRow;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Compares the predicted receiver of the traffic with the kernel's own look-up.
@RequiresRoot
@ExtendWith(LeakCheck.class)
final class TrafficImpactTest {
    private static final KernelCheck AGREED =
            new KernelCheck("6.18", KernelCheck.Agreement.AGREED, true, "");
    private static final List<String> HOSTS =
            List.of(
                    "0.0.0.0",
                    "127.0.0.1",
                    "::",
                    ":: v6only",
                    "::1",
                    "::ffff:127.0.0.1",
                    "::ffff:0.0.0.0");
    private static final List<String> CLIENTS = List.of("127.0.0.1", "127.0.0.2", "::1");

    /// Which of `SO_REUSEADDR` and `SO_REUSEPORT` both sockets set.
    private record Options(boolean reuseaddr, boolean reuseport) {}

    private static BindRequest request(
            Protocol protocol, String host, Options options, boolean device, int port) {
        SockAddr.Inet address = Addresses.of(host.replace(" v6only", ""), port);
        return new BindRequest(
                new ListenAddress(protocol, address),
                options.reuseaddr(),
                options.reuseport(),
                host.endsWith("v6only"),
                device ? Optional.of("lo") : Optional.empty(),
                0);
    }

    private static Fd open(BindRequest request) throws Exception {
        int type = request.protocol().socketType() | Sockets.SOCK_CLOEXEC;
        int family = request.where().family();
        Fd socket = Fd.of("socket", request, Sockets.socket(family, type, 0));
        int fd = socket.number();
        SocketOption.REUSEADDR.write(fd, request.reuseaddr() ? 1 : 0);
        SocketOption.REUSEPORT.write(fd, request.reuseport() ? 1 : 0);
        if (request.six()) {
            SocketOption.V6ONLY.write(fd, request.v6only() ? 1 : 0);
        }
        if (request.device().isPresent()) {
            SocketOption.BINDTOIFINDEX.write(fd, 1);
        }
        assertThat(Sockets.bind(fd, request.where())).as(request.toString()).isZero();
        if (request.protocol() == Protocol.TCP) {
            assertThat(Sockets.listen(fd, 8)).as(request.toString()).isZero();
        }
        return socket;
    }

    /// The cookies of the sockets that clients of `host` reach.
    private static Set<Long> reached(Protocol protocol, String host, int port) throws Exception {
        Set<Long> cookies = new HashSet<>();
        SockAddr.Inet server = Addresses.of(host, port);
        try (RouteLookup lookup = RouteLookup.to(new ListenAddress(protocol, server), 1)) {
            for (int client = 0; client < 24; client++) {
                lookup.from(server.withPort(20_000 + client))
                        .map(SocketRow::cookie)
                        .ifPresent(cookies::add);
            }
        }
        return cookies;
    }

    @Test
    void theKernelGivesTheTrafficAsPredicted() throws Exception {
        int[] pairs = new int[1];
        List<String> wrong = new ArrayList<>();
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        for (Protocol protocol : Protocol.values()) {
                            for (String old : HOSTS) {
                                for (String now : HOSTS) {
                                    pairs(protocol, old, now, pairs, wrong);
                                }
                            }
                        }
                    });
        }
        assertThat(wrong).isEmpty();
        assertThat(pairs[0]).isGreaterThan(150);
    }

    private static void pairs(
            Protocol protocol, String old, String now, int[] pairs, List<String> wrong)
            throws Exception {
        List<Options> options = new ArrayList<>(List.of(new Options(false, true)));
        if (protocol == Protocol.UDP) {
            options.add(new Options(true, false));
        }
        for (Options both : options) {
            for (int device = 0; device < 3; device++) {
                int port = 2000 + pairs[0]++;
                BindRequest older = request(protocol, old, both, device == 1, port);
                BindRequest newer = request(protocol, now, both, device == 2, port);
                pair(older, newer).ifPresent(wrong::add);
            }
        }
    }

    /// A false statement about the two, if there was one.
    private static Optional<String> pair(BindRequest older, BindRequest newer) throws Exception {
        int port = older.where().port();
        Protocol protocol = older.protocol();
        try (Fd first = open(older)) {
            long cookie = SocketOption.COOKIE.read(first.number());
            Set<String> its = new HashSet<>();
            for (String host : CLIENTS) {
                if (reached(protocol, host, port).contains(cookie)) {
                    its.add(host);
                }
            }
            BindForecast forecast = BindForecast.of(newer, AGREED);
            boolean taken = false;
            boolean shared = false;
            try (Fd _ = open(newer)) {
                for (String host : its) {
                    Set<Long> now = reached(protocol, host, port);
                    taken |= !now.contains(cookie);
                    shared |= now.contains(cookie) && now.size() > 1;
                }
            }
            boolean saidTaken = said(forecast, "taken over");
            boolean saidShared = said(forecast, "shared");
            return taken == saidTaken && shared == saidShared
                    ? Optional.empty()
                    : Optional.of(
                            "taken %s shared %s: %s after %s: %s"
                                    .formatted(taken, shared, newer, older, forecast.traffic()));
        }
    }

    private static boolean said(BindForecast forecast, String start) {
        return forecast.traffic().stream().anyMatch(sentence -> sentence.startsWith(start));
    }
}
