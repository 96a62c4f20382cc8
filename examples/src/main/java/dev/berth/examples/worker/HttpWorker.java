package dev.berth.examples.worker;

import java.io.IOException;

/// An HTTP server that shows in each answer to `GET /` which process gave it.
public final class HttpWorker {
    private HttpWorker() {}

    /// Argument: the port, if no dispatcher starts it.
    public static void main(String[] args) throws IOException {
        Connections.serveAll(Connections.port(args), HttpConversation::hold);
    }
}
