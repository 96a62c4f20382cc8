package dev.berth.supervise;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Small servers to be supervised, in python. They know nothing about the supervisor; each exits at
/// once on SIGTERM, and answers `SLOT.GENERATION PID` to any request.
final class PythonServers {
    private static final String PRELUDE =
            """
            import os, signal, socket, sys, threading, time

            def who():
                me = "%s.%s" % (os.environ.get("BERTH_SLOT"), os.environ.get("BERTH_GENERATION"))
                return "%s %d" % (me, os.getpid())

            def answer(connection):
                try:
                    connection.settimeout(10)
                    connection.recv(4096)
                    body = who().encode()
                    head = b"HTTP/1.0 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body)
                    connection.sendall(head + body)
                except OSError:
                    pass
                finally:
                    connection.close()

            def serve(listener):
                while True:
                    answer(listener.accept()[0])

            def tcp(family=socket.AF_INET, protocol=0):
                s = socket.socket(family, socket.SOCK_STREAM, protocol)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                return s

            def listen(address, family=socket.AF_INET, protocol=0):
                s = tcp(family, protocol)
                s.bind(address)
                s.listen(5)
                return s

            def announce():
                with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
                    s.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])

            """;

    /// A blocking accept loop on all IPv4 addresses of port 8080.
    static final String PLAIN = "serve(listen(('0.0.0.0', 8080)))\n";

    private static int scripts;

    private PythonServers() {}

    /// The command that runs `body`.
    static String[] python(Path directory, String body, String... arguments) throws IOException {
        Path script = directory.resolve("worker" + scripts++ + ".py");
        Files.writeString(script, PRELUDE + body);
        List<String> command = new ArrayList<>(List.of(interpreter(), "-u", script.toString()));
        command.addAll(List.of(arguments));
        return command.toArray(String[]::new);
    }

    static String[] plain(Path directory) throws IOException {
        return python(directory, PLAIN);
    }

    /// The command that runs [JavaServer] in a JVM like this one.
    static String[] java(String mode) throws URISyntaxException {
        URL file = JavaServer.class.getResource("JavaServer.class");
        Path root = Path.of(Objects.requireNonNull(file).toURI());
        for (String part : JavaServer.class.getName().split("\\.")) {
            root = Objects.requireNonNull(root.getParent(), part);
        }
        return new String[] {
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx32m",
            "-cp",
            root.toString(),
            JavaServer.class.getName(),
            mode
        };
    }

    /// Avoids a version manager's wrapper if possible: those are slow.
    static String interpreter() {
        Path system = Path.of("/usr/bin/python3");
        return Files.isExecutable(system) ? system.toString() : "python3";
    }
}
