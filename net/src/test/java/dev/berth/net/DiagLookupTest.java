package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Compares the kernel's look-up with where real packets of the same client go.
@ExtendWith(NamespaceExtension.class)
final class DiagLookupTest {
    private final LiveSockets sockets = new LiveSockets();

    @AfterEach
    void close() {
        sockets.close();
    }

    @Test
    void realConnectionsReachThePredictedSocket() throws Exception {
        Map<Long, Fd> group = new HashMap<>();
        for (int i = 0; i < 4; i++) {
            Fd member = sockets.shared("127.0.0.1:80");
            ListenerFactory.listen(member, 64);
            group.put(SocketOption.COOKIE.read(member.number()), member);
        }
        Map<Fd, Integer> hits = new HashMap<>();
        for (int port = 40_000; port < 40_040; port++) {
            Fd foretold = group.get(cookie("127.0.0.1:80", "127.0.0.1:" + port));
            Fd client = sockets.bound("127.0.0.1:" + port);
            Sockets.connect(client.number(), Addresses.parse("127.0.0.1:80"));
            Fd accepted = sockets.accepted(foretold);
            assertThat(Sockets.getpeername(accepted.number())).contains(sockets.local(client));
            hits.merge(foretold, 1, Integer::sum);
        }
        assertThat(hits).hasSizeGreaterThan(1);
    }

    @Test
    void realDatagramsReachThePredictedSocket() throws Exception {
        Map<Long, Fd> group = new HashMap<>();
        for (int i = 0; i < 3; i++) {
            Fd member = sockets.shared("udp://[::1]:53");
            group.put(SocketOption.COOKIE.read(member.number()), member);
        }
        for (int port = 40_000; port < 40_020; port++) {
            SockAddr.Inet client = Addresses.parse("[::1]:" + port);
            SockAddr.Inet server = Addresses.parse("[::1]:53");
            Fd foretold = group.get(cookie(Protocol.UDP, server, client));
            Fd sender = sockets.bound("udp://[::1]:" + port);
            Sockets.sendto(sender.number(), new byte[] {1}, 0, server);
            byte[] got = new byte[1];
            assertThat(Sockets.recv(foretold.number(), got, Sockets.MSG_DONTWAIT)).isEqualTo(1);
        }
    }

    @Test
    void establishedConnectionIsFoundBeforeTheListener() throws Exception {
        Fd listener = sockets.listening("0.0.0.0:80", 8);
        Fd client = sockets.connecting("127.0.0.1:80");
        Fd accepted = sockets.accepted(listener);
        String from = sockets.local(client).toString();
        assertThat(cookie("127.0.0.1:80", from))
                .isEqualTo(SocketOption.COOKIE.read(accepted.number()));
        assertThat(cookie("127.0.0.2:80", from))
                .isEqualTo(SocketOption.COOKIE.read(listener.number()));
    }

    @Test
    void nothingIsFoundWhereNothingListens() throws Exception {
        sockets.bound("127.0.0.1:80");
        try (SockDiag diag = SockDiag.open()) {
            var lookup = lookup(Protocol.TCP, "127.0.0.1:80", "127.0.0.1:40000");
            assertThat(diag.lookup(lookup)).isEmpty();
            // The next answer belongs to the next request.
            Fd listener = sockets.listening("127.0.0.1:81", 8);
            lookup = lookup(Protocol.TCP, "127.0.0.1:81", "127.0.0.1:40000");
            assertThat(diag.lookup(lookup).orElseThrow().cookie())
                    .isEqualTo(SocketOption.COOKIE.read(listener.number()));
        }
    }

    @Test
    void listenerOnADeviceIsFoundOnlyWithItsIndex() throws Exception {
        Fd listener = sockets.bound("127.0.0.1:80");
        SocketOption.BINDTOIFINDEX.write(listener.number(), 1);
        ListenerFactory.listen(listener, 8);
        var anywhere = lookup(Protocol.TCP, "127.0.0.1:80", "127.0.0.1:40000");
        var loopback = new DiagLookup(Protocol.TCP, anywhere.server(), anywhere.client(), 1);
        try (SockDiag diag = SockDiag.open()) {
            assertThat(diag.lookup(anywhere)).isEmpty();
            assertThat(diag.lookup(loopback).map(SocketRow::device)).contains(1);
        }
    }

    @Test
    void impossiblePacketsAreRefused() {
        assertThatThrownBy(() -> lookup(Protocol.TCP, "0.0.0.0:80", "127.0.0.1:1"))
                .hasMessageContaining("0.0.0.0:80");
        assertThatThrownBy(() -> lookup(Protocol.TCP, "127.0.0.1:80", "[::1]:1"))
                .hasMessageContaining("must both be IPv4 or IPv6");
        assertThatThrownBy(() -> lookup(Protocol.TCP, "127.0.0.1:80", "127.0.0.1:0"))
                .hasMessageContaining("127.0.0.1:0");
    }

    private static DiagLookup lookup(Protocol protocol, String server, String client) {
        return new DiagLookup(protocol, Addresses.parse(server), Addresses.parse(client), 0);
    }

    private static long cookie(String server, String client) throws Exception {
        return cookie(Protocol.TCP, Addresses.parse(server), Addresses.parse(client));
    }

    private static long cookie(Protocol protocol, SockAddr.Inet server, SockAddr.Inet client)
            throws Exception {
        try (SockDiag diag = SockDiag.open()) {
            Optional<SocketRow> row = diag.lookup(new DiagLookup(protocol, server, client, 0));
            return row.orElseThrow().cookie();
        }
    }
}
