package dev.berth.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;

/// Makes the JDK open the descriptors that it opens once and keeps forever, so that no test is
/// blamed for them: the socket pair used for closing sockets, and the epoll and event descriptors
/// on which virtual threads wait.
final class JdkWarmup {
    private static boolean done;

    private JdkWarmup() {}

    static synchronized void once() throws IOException, InterruptedException {
        if (!done) {
            done = true;
            channels();
            virtualThread();
        }
    }

    private static void channels() throws IOException {
        InetSocketAddress anywhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (Selector selector = Selector.open();
                DatagramChannel datagrams = DatagramChannel.open();
                ServerSocketChannel server = ServerSocketChannel.open().bind(anywhere)) {
            datagrams.bind(anywhere);
            selector.selectNow();
        }
    }

    /// Reads from and accepts on sockets in virtual threads, each before there is anything to get.
    private static void virtualThread() throws IOException, InterruptedException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket server = new ServerSocket(0, 1, loopback)) {
            Thread echo = Thread.startVirtualThread(() -> acceptAndAnswer(server));
            Await.until(
                    Duration.ofSeconds(5),
                    () -> echo.getState() == Thread.State.WAITING,
                    () -> "a virtual thread does not wait in accept: " + echo.getState());
            try (Socket client = new Socket(loopback, server.getLocalPort())) {
                client.getOutputStream().write(1);
                client.getInputStream().read();
            }
            echo.join();
        }
    }

    private static void acceptAndAnswer(ServerSocket server) {
        try (Socket peer = server.accept()) {
            peer.getInputStream().read();
            peer.getOutputStream().write(1);
        } catch (IOException ended) {
            // Warm enough; a test that needs the network will report what is wrong with it.
        }
    }
}
