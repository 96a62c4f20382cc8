package dev.berth.examples.worker;

import java.io.IOException;

/// An HTTP server that shows in each response to `GET /` which process sent it.
public final class HttpWorker {
    private HttpWorker() {}

    /// Argument: the port, used if no dispatcher starts it.
    public static void main(String[] args) throws IOException {
        SampleConnections.serveAll(SampleConnections.port(args), HttpConversation::hold);
    }
}
