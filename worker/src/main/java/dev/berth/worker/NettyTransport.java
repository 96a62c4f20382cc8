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

/// Makes Netty's channels of descriptors.
interface NettyTransport {
    /// A channel that is connected and not registered; empty if its client has reset it.
    ///
    /// **ownership**: the descriptor is the channel's; it is closed here if there is no channel.
    Optional<Channel> channel(Libc libc, int descriptor) throws IOException;

    /// The one whose channels `group` serves.
    ///
    /// @throws IOException if the JDK's channels are needed and cannot be made
    /// @throws IllegalArgumentException if no channel for it can be made of a descriptor
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

    /// By the JDK.
    record Nio(Channels channels) implements NettyTransport {
        @Override
        public Optional<Channel> channel(Libc libc, int descriptor) throws IOException {
            Optional<SocketChannel> channel = channels.channel(libc, descriptor);
            return channel.map(NioSocketChannel::new);
        }
    }

    /// By Netty itself.
    record Epoll() implements NettyTransport {
        private static boolean serves(IoEventLoopGroup group) {
            try {
                return group.isIoType(EpollIoHandler.class);
            } catch (LinkageError withoutEpoll) {
                return false;
            }
        }

        @Override
        public Optional<Channel> channel(Libc libc, int descriptor) {
            int flags = libc.fcntl(descriptor, Libc.F_GETFL, 0);
            libc.fcntl(descriptor, Libc.F_SETFL, flags | Libc.O_NONBLOCK);
            Channel channel = new EpollSocketChannel(descriptor);
            if (channel.isActive()) {
                return Optional.of(channel);
            }
            channel.unsafe().closeForcibly();
            return Optional.empty();
        }
    }
}
