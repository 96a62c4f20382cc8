package dev.berth.worker;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Optional;

/// Creates the JDK's own channels from descriptors, as its `accept()` does.
///
/// The JDK has no public API for this. The internals used here are the same from Java 17 to 25, and
/// must be opened to this library.
final class Channels {
    private final Constructor<?> channel;
    private final Method newDescriptor;

    /// @throws IOException if the JDK's package is not open; the message says what to add
    Channels() throws IOException {
        try {
            channel =
                    type("SocketChannelImpl")
                            .getDeclaredConstructor(
                                    SelectorProvider.class,
                                    ProtocolFamily.class,
                                    FileDescriptor.class,
                                    SocketAddress.class);
            newDescriptor = type("IOUtil").getDeclaredMethod("newFD", int.class);
        } catch (ReflectiveOperationException e) {
            throw new IOException(
                    "Java "
                            + Runtime.version()
                            + " creates its channels in a way that is unknown"
                            + " here; use a newer berth-worker, or Netty's epoll transport",
                    e);
        }
        open(channel);
        open(newDescriptor);
    }

    private static Class<?> type(String name) throws ClassNotFoundException {
        return Class.forName("sun.nio.ch." + name);
    }

    private static void open(AccessibleObject inside) throws IOException {
        if (!inside.trySetAccessible()) {
            throw new IOException(
                    "the JDK does not allow a received connection to become a SocketChannel; start"
                            + " java with "
                            + "--add-opens=java.base/sun.nio.ch="
                            + SystemCalls.ownModule()
                            + " (berth run --share dispatch does so through JDK_JAVA_OPTIONS, which"
                            + " the java command reads), or put 'Add-Opens: java.base/sun.nio.ch'"
                            + " into the manifest of the server's executable jar");
        }
    }

    /// The connection as a channel in blocking mode, in which it arrives; empty if the client has
    /// reset it meanwhile.
    ///
    /// **Ownership:** the channel owns the descriptor; if no channel is created, it is closed here.
    Optional<SocketChannel> channel(SystemCalls calls, int descriptor) throws IOException {
        Optional<SocketChannel> made = Optional.empty();
        try {
            Optional<InetSocketAddress> client = PeerName.of(calls, descriptor);
            if (client.isPresent()) {
                FileDescriptor file = (FileDescriptor) call(newDescriptor, descriptor);
                made = Optional.of(channel(family(client.get()), file, client.get()));
            }
        } catch (SocketException reset) {
            // The client reset it after getpeername(2), before the channel was created.
        } finally {
            if (made.isEmpty()) {
                calls.close(descriptor);
            }
        }
        return made;
    }

    private SocketChannel channel(ProtocolFamily family, FileDescriptor file, SocketAddress client)
            throws IOException {
        try {
            return (SocketChannel)
                    channel.newInstance(SelectorProvider.provider(), family, file, client);
        } catch (InvocationTargetException e) {
            throw cause(e);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("was accessible before", e);
        }
    }

    /// The client's family, whatever the socket's: options for an IPv4 client must be set at the
    /// IPv4 level.
    private static ProtocolFamily family(InetSocketAddress client) {
        return client.getAddress() instanceof Inet6Address
                ? StandardProtocolFamily.INET6
                : StandardProtocolFamily.INET;
    }

    private static Object call(Method method, Object... arguments) throws IOException {
        try {
            return method.invoke(null, arguments);
        } catch (InvocationTargetException e) {
            throw cause(e);
        } catch (IllegalAccessException e) {
            throw new LinkageError("was accessible before", e);
        }
    }

    private static IOException cause(InvocationTargetException e) {
        return e.getCause() instanceof IOException io
                ? io
                : new IOException("the JDK did not accept a received connection", e.getCause());
    }
}
