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

/// Makes the JDK's own channels of descriptors, as its `accept()` does.
///
/// The JDK has no public way to. What is used inside is the same from Java 17 to 25, and must be
/// opened to this library.
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
                            + " makes its channels in another way than known"
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
                    "the JDK does not let a received connection become a SocketChannel; start"
                            + " java with "
                            + "--add-opens=java.base/sun.nio.ch="
                            + Libc.ownModule()
                            + " (berth run --share dispatch does so by JDK_JAVA_OPTIONS, which"
                            + " the java command reads), or put 'Add-Opens: java.base/sun.nio.ch'"
                            + " into the manifest of the server's executable jar");
        }
    }

    /// The connection as a channel in blocking mode, in which it is passed; empty if the client has
    /// reset it meanwhile.
    ///
    /// **ownership**: the descriptor is the channel's; it is closed here if there is no channel.
    Optional<SocketChannel> channel(Libc libc, int descriptor) throws IOException {
        Optional<SocketChannel> made = Optional.empty();
        try {
            Optional<InetSocketAddress> client = PeerName.of(libc, descriptor);
            if (client.isPresent()) {
                FileDescriptor file = (FileDescriptor) call(newDescriptor, descriptor);
                made = Optional.of(channel(family(client.get()), file, client.get()));
            }
        } catch (SocketException reset) {
            // Between the two.
        } finally {
            if (made.isEmpty()) {
                libc.close(descriptor);
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

    /// The client's, whatever the socket's: what is set for an IPv4 client has to be set for IPv4.
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
                : new IOException("the JDK did not take a received connection", e.getCause());
    }
}
