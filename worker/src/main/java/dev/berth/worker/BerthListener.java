package dev.berth.worker;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/// Accepts the connections that Berth's dispatcher hands to this process. It takes the place of the
/// `ServerSocketChannel` of a server that listens by itself.
///
///     try (BerthListener listener = BerthListener.open()) {
///         SocketChannel client;
///         while ((client = listener.accept()) != null) {
///             serve(client);
///         }
///     }
///
/// The channels are the JDK's own, so they work with selectors, `socket()`, TLS on top of that, and
/// virtual threads. Every byte is there, including those that the dispatcher has inspected, except
/// a PROXY header.
///
/// All methods are thread-safe. `accept()` itself receives the connection: connections that it has
/// not returned go to another process if this one dies.
///
/// **Errors:** the same as those of a `ServerSocketChannel`, except that when the process runs out
/// of descriptors, connections wait until it closes some.
///
/// **Since:** Java 17 with JNA on the class path, or Java 22 without it. `java` needs
/// `--add-opens=java.base/sun.nio.ch=ALL-UNNAMED`, which `berth run --share dispatch` passes to it.
public final class BerthListener implements AutoCloseable {
    private final ConnectionReceiver receiver;
    private final Channels channels;

    BerthListener(ConnectionReceiver receiver, Channels channels) {
        this.receiver = receiver;
        this.channels = channels;
    }

    /// Whether a dispatcher started this process. If not, a server may open its own listener.
    public static boolean available() {
        return ConnectionReceiver.available();
    }

    /// Opens the listener of this process; connections may arrive from now on.
    ///
    /// @throws IOException if no dispatcher started this process, or if Java lacks something it
    ///   needs; the message says what to add
    /// @throws IllegalStateException if it was opened before: there is one listener per process
    public static BerthListener open() throws IOException {
        // First, so that no connection is received before channels can be created.
        Channels channels = new Channels();
        return new BerthListener(ConnectionReceiver.open(), channels);
    }

    /// Waits for a connection. `null` means that no more will come because the dispatcher drains
    /// this process or has exited: finish the open requests and exit.
    ///
    /// **Ownership:** the caller closes the channel.
    ///
    /// @throws java.nio.channels.ClosedChannelException if this listener is closed, even while the
    ///   call waits
    /// @throws java.io.InterruptedIOException if the thread is interrupted; the listener stays open
    /// @throws IOException if a connection was lost on its way; the next call returns the next one
    public @Nullable SocketChannel accept() throws IOException {
        return next().map(Opened::channel).orElse(null);
    }

    /// Like [#accept()], with the addresses as they were before a proxy.
    public @Nullable Accepted acceptWithAddresses() throws IOException {
        Optional<Opened> next = next();
        return next.isPresent() ? next.get().accepted() : null;
    }

    /// Asks the dispatcher to send no more connections for now. Some already on their way may still
    /// arrive.
    public void pause() {
        receiver.pause();
    }

    /// Asks the dispatcher to send connections again.
    public void resume() {
        receiver.resume();
    }

    /// Closes the listener: no more connections arrive, and those not yet accepted go to other
    /// processes. Accepted channels stay open.
    @Override
    public void close() {
        receiver.close();
    }

    private Optional<Opened> next() throws IOException {
        Optional<ReceivedConnection> next = receiver.take();
        while (next.isPresent()) {
            ReceivedConnection connection = next.get();
            Optional<SocketChannel> channel =
                    channels.channel(receiver.calls(), connection.descriptor());
            if (channel.isPresent()) {
                return Optional.of(new Opened(channel.get(), connection.route()));
            }
            // The client reset it while it waited; skip it as if it had never arrived.
            next = receiver.take();
        }
        return Optional.empty();
    }

    private record Opened(SocketChannel channel, Optional<Packet.Route> route) {
        Accepted accepted() throws IOException {
            return new Accepted(
                    channel,
                    route.map(Packet.Route::client).orElse(inet(channel.getRemoteAddress())),
                    route.map(Packet.Route::server).orElse(inet(channel.getLocalAddress())));
        }

        private static InetSocketAddress inet(SocketAddress address) {
            return (InetSocketAddress) address;
        }
    }
}
