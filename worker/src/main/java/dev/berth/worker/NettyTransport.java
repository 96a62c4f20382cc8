package dev.berth.worker;

import io.netty.channel.Channel;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/// Creates Netty's channels from descriptors.
interface NettyTransport {
    /// A connected channel that is not yet registered; empty if its client has reset it.
    ///
    /// **Ownership:** the channel owns the descriptor; if no channel is created, it is closed here.
    Optional<Channel> channel(SystemCalls calls, int descriptor) throws IOException;

    /// The transport whose channels `group` serves.
    ///
    /// @throws IOException if the JDK's channels are needed and cannot be created
    /// @throws IllegalArgumentException if the group's transport cannot create channels from
    ///   descriptors
    static NettyTransport of(IoEventLoopGroup group) throws IOException {
        if (group.isIoType(NioIoHandler.class)) {
            return new Nio(new Channels());
        }
        if (Epoll.serves(group)) {
            return new Epoll();
        }
        throw new IllegalArgumentException(
                "connections can be handed to Netty's NIO and native epoll transports, not to "
                        + group);
    }

    /// Uses the JDK's channels.
    record Nio(Channels channels) implements NettyTransport {
        @Override
        public Optional<Channel> channel(SystemCalls calls, int descriptor) throws IOException {
            Optional<SocketChannel> channel = channels.channel(calls, descriptor);
            return channel.map(NioSocketChannel::new);
        }
    }

    /// Uses Netty's own channels.
    record Epoll() implements NettyTransport {
        private static boolean serves(IoEventLoopGroup group) {
            try {
                return group.isIoType(EpollIoHandler.class);
            } catch (LinkageError withoutEpoll) {
                return false;
            }
        }

        @Override
        public Optional<Channel> channel(SystemCalls calls, int descriptor) {
            int flags = calls.fcntl(descriptor, SystemCalls.F_GETFL, 0);
            calls.fcntl(descriptor, SystemCalls.F_SETFL, flags | SystemCalls.O_NONBLOCK);
            Channel channel = new EpollSocketChannel(descriptor);
            if (channel.isActive()) {
                return Optional.of(channel);
            }
            channel.unsafe().closeForcibly();
            return Optional.empty();
        }
    }
}
