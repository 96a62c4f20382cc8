package dev.berth.bench;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A supervisor's control socket, for commands that are sent more often than the command line could
/// be started.
///
/// **Shape:** a frame is its length (4 bytes, big endian), a letter, and text. `C` is a request: a
/// JSON object. The response's last frame is `R`, a JSON object with the exit code, or `X`, the
/// exit code of a request that was refused.
final class ControlSession {
    private final UnixDomainSocketAddress address;

    ControlSession(Path path) {
        address = UnixDomainSocketAddress.of(path);
    }

    /// Changes the policy.
    ///
    /// @throws IOException if it failed; the message is the supervisor's
    void steer(String policy) throws IOException {
        call("{\"protocol\":2,\"command\":\"steer\",\"policy\":\"" + policy + "\"}");
    }

    private void call(String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(address);
            byte[] bytes = request.getBytes(StandardCharsets.UTF_8);
            ByteBuffer frame = ByteBuffer.allocate(5 + bytes.length);
            frame.putInt(1 + bytes.length).put((byte) 'C').put(bytes).flip();
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
            awaitResult(Channels.newInputStream(channel));
        }
    }

    private static void awaitResult(InputStream stream) throws IOException {
        var in = new DataInputStream(stream);
        var said = new StringBuilder();
        while (true) {
            byte[] frame = in.readNBytes(in.readInt());
            String text = new String(frame, 1, frame.length - 1, StandardCharsets.UTF_8);
            if (frame[0] == 'R' && text.contains("\"exit\":0,")) {
                return;
            }
            if (frame[0] == 'R' || frame[0] == 'X') {
                throw new IOException("the supervisor answered " + text + ": " + said);
            }
            said.append(text).append('\n');
        }
    }
}
