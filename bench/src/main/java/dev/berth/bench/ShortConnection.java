package dev.berth.bench;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Opens connections one after another, each for one request, at the lowest cost for the client: it
/// uses plain system calls, because the overhead of a library would make the compared servers look
/// more alike. Used by one thread.
///
/// Each instance uses a source address of its own, so that no port pair recurs while the server
/// still remembers it.
final class ShortConnection implements Burst.Step {
    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private final SockAddr source;
    private final SockAddr server;
    private final byte[] in = new byte[512];

    /// @param source an IPv4 address
    ShortConnection(InetAddress source, int port) {
        this.source = new SockAddr.Inet4(ByteBuffer.wrap(source.getAddress()).getInt(), 0);
        this.server = new SockAddr.Inet4(0x7f000001, port);
    }

    @Override
    public void once() throws IOException {
        int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
        try (Fd fd = Fd.of("socket", "", Sockets.socket(Sockets.AF_INET, type, 0))) {
            int number = fd.number();
            ErrnoException.check("bind", source, Sockets.bind(number, source));
            ErrnoException.check("connect", server, Sockets.connect(number, server));
            long sent = Sockets.send(number, REQUEST, Sockets.MSG_NOSIGNAL);
            ErrnoException.check("send", server, sent);
            long bytes = 0;
            for (long count; (count = Sockets.recv(number, in, 0)) != 0; ) {
                bytes += ErrnoException.check("recv", server, count);
            }
            if (bytes == 0) {
                throw new EOFException("closed without an answer");
            }
        }
    }
}
