package dev.berth.worker;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// A worker that the tests start on each Java. The first byte of a connection says how to echo the
/// rest, or what to report.
///
/// Arguments: a key store, for TLS.
public final class EchoServer {
    static final String PASSWORD = "changeit";

    /// Connections that stay open until the client says that they may be closed.
    private static final List<SocketChannel> KEPT = new ArrayList<>();

    private EchoServer() {}

    public static void main(String[] args) throws Exception {
        if (!BerthListener.available()) {
            System.out.println("not started by a dispatcher");
            return;
        }
        try (BerthListener listener = BerthListener.open()) {
            System.out.println("java " + Runtime.version().feature());
            SocketChannel next = listener.accept();
            while (next != null) {
                SocketChannel client = next;
                start(() -> serve(client, args));
                next = listener.accept();
            }
            System.out.println("drained");
        } catch (IOException e) {
            System.out.println(e.getMessage());
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void start(Work work) {
        new Thread(
                        () -> {
                            try {
                                work.run();
                            } catch (Exception e) {
                                e.printStackTrace(System.out);
                            }
                        })
                .start();
    }

    private static void serve(SocketChannel client, String[] args) throws Exception {
        ByteBuffer how = ByteBuffer.allocate(1);
        client.read(how);
        switch (how.get(0)) {
            case 'a' -> tell(client, client.getRemoteAddress() + " " + client.getLocalAddress());
            case 'd' -> tell(client, Integer.toString(descriptors()));
            case 'k' -> keep(client);
            case 'n' -> bySelector(client);
            case 's' -> byStreams(client.socket());
            case 't' -> byStreams(tls(client, args[0]));
            case 'v' -> onVirtualThread(client);
            default -> client.close();
        }
    }

    private static void tell(SocketChannel client, String text) throws IOException {
        try (client) {
            client.write(ByteBuffer.wrap(text.getBytes(US_ASCII)));
        }
    }

    private static int descriptors() {
        String[] names = new File("/proc/self/fd").list();
        return names == null ? -1 : names.length;
    }

    private static void keep(SocketChannel client) throws IOException {
        synchronized (KEPT) {
            KEPT.add(client);
        }
        client.write(ByteBuffer.wrap(new byte[] {'k'}));
        ByteBuffer end = ByteBuffer.allocate(1);
        client.read(end);
        client.close();
    }

    private static void byStreams(Socket socket) throws IOException {
        try (socket;
                InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream()) {
            in.transferTo(out);
        }
    }

    private static void bySelector(SocketChannel client) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        try (client;
                Selector selector = Selector.open()) {
            client.configureBlocking(false);
            client.register(selector, SelectionKey.OP_READ);
            selector.select();
            while (client.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    client.write(buffer);
                }
                buffer.clear();
                selector.selectedKeys().clear();
                selector.select();
            }
        }
    }

    private static SSLSocket tls(SocketChannel client, String keyStore) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(Path.of(keyStore))) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory factory =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        SSLSocket socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(client.socket(), "localhost", 0, true);
        socket.setUseClientMode(false);
        return socket;
    }

    /// By reflection, because Java 17 has no virtual threads; there an ordinary thread is used.
    private static void onVirtualThread(SocketChannel client) throws Exception {
        Runnable work =
                () -> {
                    try {
                        byStreams(client.socket());
                    } catch (IOException e) {
                        e.printStackTrace(System.out);
                    }
                };
        if (Runtime.version().feature() >= 21) {
            Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
        } else {
            work.run();
        }
    }
}
