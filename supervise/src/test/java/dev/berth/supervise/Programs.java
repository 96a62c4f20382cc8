package dev.berth.supervise;

import dev.berth.supervise.contract.Command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Small servers to be supervised.
final class Programs {
    private Programs() {}

    /// Avoids a version manager's wrapper on the PATH if there is another python.
    static String python() {
        return Stream.of("/usr/bin/python3", "/usr/local/bin/python3")
                .filter(file -> Files.isExecutable(Path.of(file)))
                .findFirst()
                .orElse("python3");
    }

    /// The path of [#python()].
    static Path executable() throws IOException {
        return Path.of(python()).toRealPath();
    }

    static Command shell(String script) {
        return new Command(List.of("/bin/sh", "-c", script));
    }

    /// Listens on `port` and answers one connection at a time with its pid; every signal has its
    /// default action.
    static String server(int port) {
        return """
        import os, socket, sys, time, signal
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", %d))
        s.listen()
        while True:
            c, _ = s.accept()
            c.sendall(b"%%d\\n" %% os.getpid())
            c.close()
        """
                .formatted(port);
    }

    /// The same over HTTP, with one response per connection.
    static Command web(int port) {
        return new Command(
                List.of(
                        python(),
                        "-c",
                        """
                        import os, socket
                        s = socket.socket()
                        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                        s.bind(("127.0.0.1", %d))
                        s.listen()
                        while True:
                            c, _ = s.accept()
                            c.recv(4096)
                            c.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n%%d" %% os.getpid())
                            c.close()
                        """
                                .formatted(port)));
    }

    /// The same, after running `first`.
    static Command server(int port, String first) {
        return new Command(List.of(python(), "-c", first + "\n" + server(port)));
    }
}
