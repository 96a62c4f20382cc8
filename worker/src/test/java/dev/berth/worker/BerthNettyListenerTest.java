package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.TinyDispatcher;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.nio.NioIoHandler;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

@ExtendWith(LeakCheck.class)
class BerthNettyListenerTest {
    enum Transport {
        EPOLL(EpollIoHandler::newFactory),
        NIO(NioIoHandler::newFactory);

        private final Supplier<IoHandlerFactory> factory;

        Transport(Supplier<IoHandlerFactory> factory) {
            this.factory = factory;
        }

        MultiThreadIoEventLoopGroup group() {
            return new MultiThreadIoEventLoopGroup(2, factory.get());
        }
    }

    @ParameterizedTest
    @EnumSource
    void nettyServesTheConnectionsHandedOver(Transport transport) throws Exception {
        try (TinyDispatcher dispatcher = TinyDispatcher.onIpv4();
                Group group = new Group(transport.group());
                BerthNettyListener listener = start(dispatcher, group)) {
            for (int i = 0; i < 20; i++) {
                try (Socket client = dispatcher.connect()) {
                    client.getOutputStream().write("early ".getBytes(US_ASCII));
                    dispatcher.pass();
                    client.getOutputStream().write("late".getBytes(US_ASCII));
                    String hello = client.getLocalSocketAddress() + " null\n";
                    assertThat(client.getInputStream().readNBytes(hello.length() + 10))
                            .asString()
                            .isEqualTo(hello + "early late");
                }
            }
            dispatcher.awaitAllTaken();
            dispatcher.say("drain");
            listener.ended().get(TinyDispatcher.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aChannelKnowsItsTrueClient(Transport transport) throws Exception {
        try (TinyDispatcher dispatcher = TinyDispatcher.onIpv4();
                Group group = new Group(transport.group());
                BerthNettyListener listener = start(dispatcher, group);
                Socket proxy = dispatcher.connect()) {
            dispatcher.passAs("conn tcp4 192.0.2.7 1234 198.51.100.1 443");

            String hello = proxy.getLocalSocketAddress() + " /192.0.2.7:1234\n";
            assertThat(proxy.getInputStream().readNBytes(hello.length()))
                    .asString()
                    .isEqualTo(hello);
            listener.close();
            listener.ended().get(TinyDispatcher.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void namesTheTransportsThatItServes() {
        try (Group group =
                new Group(new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory()))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> BerthNettyListener.start(group.netty, group.echo))
                    .withMessageContaining("NIO and native epoll");
        }
    }

    private static BerthNettyListener start(TinyDispatcher dispatcher, Group group)
            throws Exception {
        DispatcherSocket socket =
                new DispatcherSocket(SystemCalls.ofThisJava(), dispatcher.workerEnd());
        ConnectionReceiver receiver =
                ConnectionReceiver.start(socket, new OpenFileLimit(Long.MAX_VALUE));
        NettyTransport transport = NettyTransport.of(group.netty);
        return BerthNettyListener.start(receiver, transport, group.netty, group.echo);
    }

    /// Sends the client's address, then echoes.
    @ChannelHandler.Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        private final AtomicInteger open = new AtomicInteger();

        @Override
        public void channelActive(ChannelHandlerContext context) {
            open.incrementAndGet();
            Channel channel = context.channel();
            String hello =
                    channel.remoteAddress()
                            + " "
                            + channel.attr(BerthNettyListener.CLIENT).get()
                            + "\n";
            context.writeAndFlush(Unpooled.copiedBuffer(hello, US_ASCII));
            context.fireChannelActive();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            open.decrementAndGet();
            context.fireChannelInactive();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }
    }

    private static final class Group implements AutoCloseable {
        private final Echo echo = new Echo();
        private final MultiThreadIoEventLoopGroup netty;

        Group(MultiThreadIoEventLoopGroup netty) {
            this.netty = netty;
        }

        /// Netty's NIO fails to close a connection that ends at the same time as its group.
        @Override
        public void close() {
            Await.until(
                    TinyDispatcher.LIMIT, () -> echo.open.get() == 0, () -> echo.open + " open");
            netty.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }
}
