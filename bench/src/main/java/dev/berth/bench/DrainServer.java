package dev.berth.bench;

import dev.berth.sys.CurrentJvm;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A server for the drain bench; it serves the paths of `examples/servers/node/streams.js`.
///
/// @param command with the placeholders `{servers}`, `{port}`, `{java}` and `{scratch}`
/// @param kinds the kinds of client that it can serve
record DrainServer(String name, String command, Set<DrainKind> kinds) {
    private static final String JAVA =
            "{java} -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto ";

    private static final Set<DrainKind> HTTP =
            Set.of(
                    DrainKind.SLOW,
                    DrainKind.STREAM,
                    DrainKind.UPLOAD,
                    DrainKind.DOWNLOAD,
                    DrainKind.KEPT,
                    DrainKind.IDLE);

    private static final Set<DrainKind> ALL =
            Stream.concat(HTTP.stream(), Stream.of(DrainKind.SOCKET, DrainKind.PIPELINED))
                    .collect(Collectors.toSet());

    private static final Set<DrainKind> GRPC = Set.of(DrainKind.UNARY, DrainKind.PARTS);

    /// The interpreter for which Debian's packages are installed.
    static final String PYTHON = "/usr/bin/python3";

    /// All servers, in the order in which they are tried. All except gunicorn and Spring Boot exit
    /// at once on SIGTERM.
    static List<DrainServer> all() {
        String jvm = JAVA + "-cp {servers}/jvm/target/lib/*:{servers}/jvm/target/classes";
        return List.of(
                new DrainServer("node", "node {servers}/node/streams.js {port}", ALL),
                new DrainServer("python", "python3 {servers}/python/streams.py {port}", HTTP),
                new DrainServer(
                        "gunicorn",
                        "gunicorn --chdir {servers}/python -w 1 --threads 64 -b 127.0.0.1:{port}"
                                + " --log-level warning --timeout 120 --graceful-timeout 1"
                                + " --keep-alive 75 streams_wsgi:application",
                        HTTP),
                new DrainServer("jetty", jvm + " dev.berth.samples.JettyStreams {port}", HTTP),
                new DrainServer("netty", jvm + " dev.berth.samples.NettyStreams {port}", HTTP),
                new DrainServer(
                        "spring-boot",
                        JAVA
                                + "-jar {servers}/boot/target/boot.jar --server.port={port}"
                                + " --spring.mvc.async.request-timeout=-1",
                        HTTP),
                new DrainServer(
                        "nginx", "sh {servers}/nginx/proxy.sh {port} {upstream} {scratch}", HTTP),
                new DrainServer(
                        "websockets",
                        PYTHON + " {servers}/python/websocket_streams.py {port}",
                        Set.of(DrainKind.SOCKET)),
                new DrainServer("grpc", PYTHON + " {servers}/python/grpc_streams.py {port}", GRPC),
                new DrainServer(
                        "dies-at-once",
                        "python3 {servers}/python/streams.py {port}",
                        Set.of(DrainKind.ASKING)));
    }

    boolean grpc() {
        return kinds.equals(GRPC);
    }

    /// Whether its clients never leave it idle, so that a roll takes all of `--drain` and then
    /// closes connections in use.
    boolean neverIdle() {
        return kinds.stream().anyMatch(DrainKind::neverIdle);
    }

    /// The `--idle` that `docs/draining.md` recommends: HTTP/2 frames that the server sends by
    /// itself make a call look answered, so `--idle` must be longer than the longest call.
    String idle() {
        return grpc() ? "25s" : "5s";
    }

    String drain() {
        return neverIdle() ? "10s" : "60s";
    }

    /// Whether it needs an upstream server.
    boolean proxies() {
        return command.contains("{upstream}");
    }

    List<String> words(BenchEnvironment bench, int port, int upstream) {
        String filled =
                command.replace("{servers}", bench.root().resolve("examples/servers").toString())
                        .replace("{java}", CurrentJvm.java().toString())
                        .replace("{port}", Integer.toString(port))
                        .replace("{upstream}", Integer.toString(upstream))
                        .replace("{scratch}", bench.scratch().resolve("servers").toString());
        return Arrays.asList(filled.split(" +"));
    }
}
