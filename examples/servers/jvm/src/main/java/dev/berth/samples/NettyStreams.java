package dev.berth.samples;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/// Slow responses, streams and uploads with Netty. Dies at once on SIGTERM.
public final class NettyStreams {
    private static final int LONGEST_BODY = 16 * 1024 * 1024;

    private NettyStreams() {}

    /// Serves until it is killed. Argument: the port.
    public static void main(String[] args) throws InterruptedException {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        var children =
                new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        var whole = new HttpObjectAggregator(LONGEST_BODY);
                        channel.pipeline().addLast(new HttpServerCodec(), whole, new Paths());
                    }
                };
        new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(children)
                .bind(Integer.parseInt(args[0]))
                .sync()
                .channel()
                .closeFuture()
                .sync();
    }

    private static final class Paths extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            Parts parts = Parts.of(request.uri());
            if (request.uri().startsWith("/stream")) {
                var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
                HttpUtil.setTransferEncodingChunked(head, true);
                context.writeAndFlush(head);
                next(context, parts, parts.count());
                return;
            }
            String text =
                    request.uri().startsWith("/upload")
                            ? request.content().readableBytes() + "\n"
                            : "pid=" + ProcessHandle.current().pid() + "\n";
            Runnable answer = () -> answer(context, text);
            context.executor().schedule(answer, parts.millis(), TimeUnit.MILLISECONDS);
        }

        private static void answer(ChannelHandlerContext context, String text) {
            ByteBuf body = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
            var response =
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
            HttpUtil.setContentLength(response, body.readableBytes());
            context.writeAndFlush(response);
        }

        private static void next(ChannelHandlerContext context, Parts parts, int left) {
            if (left == 0) {
                context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
                return;
            }
            context.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(parts.part())));
            Runnable more = () -> next(context, parts, left - 1);
            context.executor().schedule(more, parts.millis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
