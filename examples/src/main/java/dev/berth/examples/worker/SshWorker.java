package dev.berth.examples.worker;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.Socket;

/// Speaks first, as an SSH server does, and then only echoes.
public final class SshWorker {
    private static final String BANNER =
            "SSH-2.0-berth pid=" + ProcessHandle.current().pid() + "\r\n";

    private SshWorker() {}

    /// Argument: the port, used if no dispatcher starts it.
    public static void main(String[] args) throws IOException {
        SampleConnections.serveAll(SampleConnections.port(args), SshWorker::serve);
    }

    private static void serve(Socket client) throws IOException {
        client.getOutputStream().write(BANNER.getBytes(US_ASCII));
        client.getInputStream().transferTo(client.getOutputStream());
    }
}
