package dev.berth.samples;

import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// Slow responses, streams and uploads with Jetty, without a graceful stop.
public final class JettyStreams {
    private static final long IDLE_MILLIS = 120_000;

    private JettyStreams() {}

    /// Serves until it is killed. Argument: the port.
    public static void main(String[] args) throws Exception {
        var server = new Server();
        var connector = new ServerConnector(server);
        connector.setPort(Integer.parseInt(args[0]));
        connector.setIdleTimeout(IDLE_MILLIS);
        server.addConnector(connector);
        server.setHandler(new Paths());
        server.start();
        server.join();
    }

    private static final class Paths extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            Parts parts = Parts.of(request.getHttpURI().getQuery());
            String path = request.getHttpURI().getPath();
            String text = "pid=" + ProcessHandle.current().pid() + "\n";
            if (path.equals("/upload")) {
                try (InputStream body = Content.Source.asInputStream(request)) {
                    text = body.readAllBytes().length + "\n";
                }
            } else if (!path.equals("/stream")) {
                Thread.sleep(parts.millis());
            }
            try (OutputStream out = Content.Sink.asOutputStream(response)) {
                for (int i = 0; path.equals("/stream") && i < parts.count(); i++) {
                    out.write(parts.part());
                    out.flush();
                    Thread.sleep(parts.millis());
                }
                if (!path.equals("/stream")) {
                    out.write(text.getBytes(StandardCharsets.US_ASCII));
                }
            }
            callback.succeeded();
            return true;
        }
    }
}
