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

    /// Not a version manager's wrapper in the PATH, where there is another.
    static String python() {
        return Stream.of("/usr/bin/python3", "/usr/local/bin/python3")
                .filter(file -> Files.isExecutable(Path.of(file)))
                .findFirst()
                .orElse("python3");
    }

    /// The file of [#python()].
    static Path executable() throws IOException {
        return Path.of(python()).toRealPath();
    }

    static Command shell(String script) {
        return new Command(List.of("/bin/sh", "-c", script));
    }

    /// Listens on `port`, answers each connection with its pid, one at a time, by the default
    /// action of every signal.
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

    /// The same in HTTP, one answer a connection.
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

    /// The same, after `first`.
    static Command server(int port, String first) {
        return new Command(List.of(python(), "-c", first + "\n" + server(port)));
    }
}
