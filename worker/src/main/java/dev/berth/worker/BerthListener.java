package dev.berth.worker;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/// Accepts the connections that Berth's dispatcher hands to this process: what a
/// `ServerSocketChannel` is to a server that listens itself.
///
///     try (BerthListener listener = BerthListener.open()) {
///         SocketChannel client;
///         while ((client = listener.accept()) != null) {
///             serve(client);
///         }
///     }
///
/// The channels are the JDK's own, so they work with selectors, `socket()`, TLS over it and virtual
/// threads. All bytes are there, also those that the dispatcher has looked at, but for a PROXY
/// header.
///
/// **threads**: all methods may be called from any threads at once. `accept()` itself receives: what
/// it has not returned goes to another process if this one dies.
///
/// **errors**: none but those of a `ServerSocketChannel`: when the process runs out of descriptors,
/// connections wait until it closes some.
///
/// **since**: Java 17, with JNA on the class path; Java 22 without. `java` needs
/// `--add-opens=java.base/sun.nio.ch=ALL-UNNAMED`, which `berth run --share dispatch` gives it.
public final class BerthListener implements AutoCloseable {
    private final Intake intake;
    private final Channels channels;

    BerthListener(Intake intake, Channels channels) {
        this.intake = intake;
        this.channels = channels;
    }

    /// Whether a dispatcher started this process. If not, a server may listen by itself.
    public static boolean available() {
        return Intake.available();
    }

    /// The listener of this process; from now on connections may come.
    ///
    /// @throws IOException if no dispatcher started this process, or if Java lacks what it needs;
    ///   the message says what to add
    /// @throws IllegalStateException if it was opened before: there is one for each process
    public static BerthListener open() throws IOException {
        // First, so that nothing is received in vain.
        Channels channels = new Channels();
        return new BerthListener(Intake.open(), channels);
    }

    /// Waits for a connection; `null` after the last one, when the dispatcher drains this process
    /// or is gone: then it is time to finish what is under way and end.
    ///
    /// **ownership**: the caller closes the channel.
    ///
    /// @throws java.nio.channels.ClosedChannelException if this is closed, also while it waits
    /// @throws java.io.InterruptedIOException if the thread is interrupted; the listener stays open
    /// @throws IOException if a connection was lost on its way; the next call gives the next one
    public @Nullable SocketChannel accept() throws IOException {
        return next().map(Opened::channel).orElse(null);
    }

    /// Like [#accept()], with the addresses from before a proxy.
    public @Nullable Accepted acceptWithAddresses() throws IOException {
        Optional<Opened> next = next();
        return next.isPresent() ? next.get().accepted() : null;
    }

    /// Asks the dispatcher for no more connections for now. Some that are on their way still come.
    public void pause() {
        intake.pause();
    }

    /// Lets connections come again.
    public void resume() {
        intake.resume();
    }

    /// Ends: nothing more comes, and what nobody has accepted goes to other processes. Accepted
    /// channels stay open.
    @Override
    public void close() {
        intake.close();
    }

    private Optional<Opened> next() throws IOException {
        Optional<Handed> next = intake.take();
        while (next.isPresent()) {
            Handed connection = next.get();
            Optional<SocketChannel> channel =
                    channels.channel(intake.libc(), connection.descriptor());
            if (channel.isPresent()) {
                return Optional.of(new Opened(channel.get(), connection.route()));
            }
            // Reset by its client while it waited: as if it had never come.
            next = intake.take();
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
