package dev.berth.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/// Connections of clients that send one byte and then nothing.
final class SilentClients implements AutoCloseable {
    private final List<SocketChannel> clients = new ArrayList<>();

    private SilentClients() {}

    static SilentClients of(int port, int count) throws IOException {
        var silence = new SilentClients();
        var server = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
        try {
            for (int i = 0; i < count; i++) {
                SocketChannel client = SocketChannel.open(server);
                silence.clients.add(client);
                client.write(ByteBuffer.wrap(new byte[] {'G'}));
                client.configureBlocking(false);
            }
            return silence;
        } catch (IOException e) {
            silence.close();
            throw e;
        }
    }

    /// Whether the server has closed none of them.
    boolean allOpen() throws IOException {
        for (SocketChannel client : clients) {
            if (client.read(ByteBuffer.allocate(1)) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel client : clients) {
            client.close();
        }
    }
}
