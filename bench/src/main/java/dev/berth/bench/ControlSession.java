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
import java.util.List;

/// A supervisor's control socket, for commands that are sent more often than the command line could
/// be started.
///
/// **Shape:** a frame is its length (4 bytes, big endian), a letter, and text. `C` is a command:
/// words, each followed by a zero byte. The response's last frame is `X`, the exit code.
final class ControlSession {
    private final UnixDomainSocketAddress address;

    ControlSession(Path path) {
        address = UnixDomainSocketAddress.of(path);
    }

    /// Runs a command on the supervisor.
    ///
    /// @throws IOException if it failed; the message is the supervisor's
    void call(List<String> words) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(address);
            String text = String.join("\0", words) + "\0";
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            ByteBuffer frame = ByteBuffer.allocate(5 + bytes.length);
            frame.putInt(1 + bytes.length).put((byte) 'C').put(bytes).flip();
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
            awaitExit(Channels.newInputStream(channel));
        }
    }

    private static void awaitExit(InputStream stream) throws IOException {
        var in = new DataInputStream(stream);
        var said = new StringBuilder();
        while (true) {
            byte[] frame = in.readNBytes(in.readInt());
            String text = new String(frame, 1, frame.length - 1, StandardCharsets.UTF_8);
            if (frame[0] == 'X') {
                if (!text.equals("0")) {
                    throw new IOException("exit code " + text + ": " + said);
                }
                return;
            }
            said.append(text).append('\n');
        }
    }
}
