package dev.berth.net;

import dev.berth.sys.Sockets;

/// A transport protocol whose ports Berth shares.
public enum Protocol {
    /// Streams: `SOCK_STREAM`, a port space of its own (shared with Multipath TCP).
    TCP("tcp", Sockets.IPPROTO_TCP, Sockets.SOCK_STREAM),
    /// Datagrams: `SOCK_DGRAM`, a port space of its own.
    UDP("udp", Sockets.IPPROTO_UDP, Sockets.SOCK_DGRAM);

    private final String text;
    private final int number;
    private final int socketType;

    Protocol(String text, int number, int socketType) {
        this.text = text;
        this.number = number;
        this.socketType = socketType;
    }

    /// The scheme of an address: `tcp` or `udp`.
    public String text() {
        return text;
    }

    /// The IP protocol number (`IPPROTO_TCP` 6, `IPPROTO_UDP` 17).
    public int number() {
        return number;
    }

    /// The type for socket(2) (`SOCK_STREAM` 1, `SOCK_DGRAM` 2).
    public int socketType() {
        return socketType;
    }
}
