package dev.berth.samples;

import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Jetty's core server, which finishes open requests on SIGTERM.
public final class JettyServer {
    private static final long STOP_MILLIS = 10_000;

    private JettyServer() {}

    /// Serves until SIGTERM. Argument: the port.
    public static void main(String[] args) throws Exception {
        var server = new Server(args.length > 0 ? Integer.parseInt(args[0]) : 8080);
        server.setHandler(new GracefulHandler(new Page()));
        server.setStopTimeout(STOP_MILLIS);
        server.setStopAtShutdown(true);
        server.start();
        server.join();
    }

    private static final class Page extends Handler.Abstract.NonBlocking {
        private final byte[] body =
                ("jetty pid=" + ProcessHandle.current().pid() + "\n")
                        .getBytes(StandardCharsets.US_ASCII);

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            response.getHeaders().put("Content-Type", "text/plain");
            response.write(true, ByteBuffer.wrap(body), callback);
            return true;
        }
    }
}
