package dev.berth.bpf;

import dev.berth.sys.SockAddr;

import java.io.IOException;

/// A server's address and how a client reaches it, in a namespace where every port is free.
enum Loopback {
    IPV4(new SockAddr.Inet4(0x7f000001, 8080), "127.0.0.1", Family.INET),
    IPV4_WILDCARD(new SockAddr.Inet4(0, 8080), "127.0.0.1", Family.INET),
    IPV6(new SockAddr.Inet6(0, 1, 8080), "::1", Family.INET6),
    DUAL_STACK_BY_IPV6(new SockAddr.Inet6(0, 0, 8080), "::1", Family.INET6),
    DUAL_STACK_BY_IPV4(new SockAddr.Inet6(0, 0, 8080), "127.0.0.1", Family.INET6);

    static final int PORT = 8080;

    final SockAddr.Inet server;
    final String client;
    final Family family;

    Loopback(SockAddr.Inet server, String client, Family family) {
        this.server = server;
        this.client = client;
        this.family = family;
    }

    Clients clients() throws IOException {
        return new Clients(client, PORT);
    }
}
