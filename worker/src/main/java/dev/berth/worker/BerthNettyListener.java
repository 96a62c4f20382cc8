package dev.berth.worker;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.util.AttributeKey;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// Passes the connections that Berth's dispatcher hands to this process to Netty 4.2. It takes the
/// place of the `ServerBootstrap` and its `bind()` in a server that listens by itself.
///
///     var group = new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory());
///     try (var listener = BerthNettyListener.start(group, new MyInitializer())) {
///         listener.ended().join();
///     }
///
/// It supports two transports: native epoll, for which `java` needs no `--add-opens`, and NIO, for
/// which it does. The io_uring transports cannot adopt an existing connection.
public final class BerthNettyListener implements AutoCloseable {
    /// Set on a channel whose client is behind a proxy that reported it: the client's true address.
    public static final AttributeKey<InetSocketAddress> CLIENT =
            AttributeKey.valueOf(BerthNettyListener.class, "client");

    /// Set on the same channels: the address that the client connected to.
    public static final AttributeKey<InetSocketAddress> SERVER =
            AttributeKey.valueOf(BerthNettyListener.class, "server");

    private final ConnectionReceiver receiver;
    private final NettyTransport transport;
    private final EventLoopGroup group;
    private final ChannelHandler child;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private BerthNettyListener(
            ConnectionReceiver receiver,
            NettyTransport transport,
            EventLoopGroup group,
            ChannelHandler child) {
        this.receiver = receiver;
        this.transport = transport;
        this.group = group;
        this.child = child;
    }

    /// Starts receiving connections; there is one listener per process.
    ///
    /// @param group serves the connections; remains the caller's
    /// @param child added to each channel's pipeline: a `ChannelInitializer`, or a sharable handler
    ///
    /// @throws IOException as [BerthListener#open()]
    /// @throws IllegalArgumentException if the group uses another transport
    public static BerthNettyListener start(IoEventLoopGroup group, ChannelHandler child)
            throws IOException {
        NettyTransport transport = NettyTransport.of(group);
        return start(ConnectionReceiver.open(), transport, group, child);
    }

    static BerthNettyListener start(
            ConnectionReceiver receiver,
            NettyTransport transport,
            EventLoopGroup group,
            ChannelHandler child) {
        var listener = new BerthNettyListener(receiver, transport, group, child);
        Thread thread = new Thread(listener::run, "berth-accept");
        thread.setDaemon(true);
        thread.start();
        return listener;
    }

    /// Completes when no more connections will come: the dispatcher drains this process or has
    /// exited, or this listener is closed. Open channels stay open.
    public CompletableFuture<Void> ended() {
        return ended.copy();
    }

    /// See [BerthListener#pause()].
    public void pause() {
        receiver.pause();
    }

    /// See [BerthListener#resume()].
    public void resume() {
        receiver.resume();
    }

    /// Closes the listener: no more connections arrive, and those not yet received go to other
    /// processes.
    @Override
    public void close() {
        receiver.close();
    }

    private void run() {
        try {
            boolean more = true;
            while (more) {
                more = pass();
            }
            ended.complete(null);
        } catch (ClosedChannelException closed) {
            ended.complete(null);
        } catch (IOException | RuntimeException | LinkageError e) {
            ended.completeExceptionally(e);
        }
    }

    private boolean pass() throws IOException {
        Optional<ReceivedConnection> next = receiver.take();
        if (next.isPresent()) {
            Optional<Channel> channel =
                    transport.channel(receiver.calls(), next.get().descriptor());
            channel.ifPresent(there -> register(there, next.get().route()));
        }
        return next.isPresent();
    }

    private void register(Channel channel, Optional<Packet.Route> route) {
        route.ifPresent(
                known -> {
                    channel.attr(CLIENT).set(known.client());
                    channel.attr(SERVER).set(known.server());
                });
        channel.pipeline().addLast(child);
        group.register(channel)
                .addListener(
                        registered -> {
                            if (!registered.isSuccess()) {
                                channel.unsafe().closeForcibly();
                            }
                        });
    }
}
