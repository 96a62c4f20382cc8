package dev.berth.examples;

import static dev.berth.examples.SampleServer.Need.APACHE;
import static dev.berth.examples.SampleServer.Need.BOOT;
import static dev.berth.examples.SampleServer.Need.CADDY;
import static dev.berth.examples.SampleServer.Need.EXPRESS;
import static dev.berth.examples.SampleServer.Need.GO;
import static dev.berth.examples.SampleServer.Need.GUNICORN;
import static dev.berth.examples.SampleServer.Need.HAPROXY;
import static dev.berth.examples.SampleServer.Need.HYPERCORN;
import static dev.berth.examples.SampleServer.Need.JVM_SERVERS;
import static dev.berth.examples.SampleServer.Need.LIGHTTPD;
import static dev.berth.examples.SampleServer.Need.NGINX;
import static dev.berth.examples.SampleServer.Need.NODE;
import static dev.berth.examples.SampleServer.Need.PERL;
import static dev.berth.examples.SampleServer.Need.PHP;
import static dev.berth.examples.SampleServer.Need.PRIVATE_PORT;
import static dev.berth.examples.SampleServer.Need.PUMA;
import static dev.berth.examples.SampleServer.Need.PYTHON;
import static dev.berth.examples.SampleServer.Need.STARMAN;
import static dev.berth.examples.SampleServer.Need.UVICORN;
import static dev.berth.examples.SampleServer.Need.VARNISH;
import static dev.berth.examples.SampleServer.OnTerm.DIES;
import static dev.berth.examples.SampleServer.OnTerm.FINISHES;
import static dev.berth.examples.SampleServer.ProcessModel.CHILDREN;
import static dev.berth.examples.SampleServer.ProcessModel.ONE;
import static dev.berth.examples.SampleServer.Reuse.CLOSES;
import static dev.berth.examples.SampleServer.Reuse.KEEPS;

import dev.berth.examples.SampleServer.Need;
import dev.berth.examples.SampleServer.OnTerm;
import dev.berth.examples.SampleServer.ProcessModel;
import dev.berth.examples.SampleServer.Reuse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The catalogue of sample servers: one row each, in the order in which they are tried.
public final class SampleServers {
    /// Options that keep a JVM small and quick to start.
    private static final String JAVA =
            "{java} -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto ";

    private static final String JVM_SERVERS_JAVA =
            JAVA
                    + "--enable-native-access=ALL-UNNAMED -cp {servers}/jvm/target/lib/*:"
                    + "{servers}/jvm/target/classes dev.berth.samples.";

    private static final List<SampleServer> ALL =
            Stream.of(scripts(), packaged(), daemons(), jdk(), libraries())
                    .flatMap(List::stream)
                    .toList();

    private SampleServers() {}

    /// All rows.
    public static List<SampleServer> all() {
        return ALL;
    }

    /// The row with this name.
    ///
    /// @throws IllegalArgumentException if there is none; the message lists the names
    public static SampleServer named(String name) {
        return ALL.stream()
                .filter(server -> server.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(unknown(name)));
    }

    private static String unknown(String name) {
        return "unknown sample server '" + name + "'; known are " + names();
    }

    private static String names() {
        return String.join(", ", ALL.stream().map(SampleServer::name).toList());
    }

    private static List<SampleServer> scripts() {
        return List.of(
                row("python-accept", "python3 {servers}/python/seed_accept.py {port}")
                        .with(DIES, CLOSES, ONE, "blocking accept(), backlog 5", PYTHON),
                // The folder that it lists has one entry per thread of the server's own process.
                row(
                                "python-http-module",
                                "python3 -m http.server -b 127.0.0.1 -d /proc/self/task {port}")
                        .with(DIES, CLOSES, ONE, "http.server, unmodified", PYTHON),
                row("python-http", "python3 {servers}/python/threading_http.py {port}")
                        .with(DIES, KEEPS, ONE, "ThreadingHTTPServer", PYTHON),
                row("python-workers", "python3 {servers}/python/seed_workers.py {port} 2")
                        .with(DIES, CLOSES, CHILDREN, "forks, then SO_REUSEPORT", PYTHON),
                row(
                                "gunicorn",
                                "gunicorn --chdir {servers}/python -w 2 -b 127.0.0.1:{port}"
                                        + " --log-level warning wsgi:application")
                        .with(FINISHES, CLOSES, CHILDREN, "listens, then forks", GUNICORN),
                row("node-http", "node {servers}/node/plain.js {port}")
                        .with(DIES, KEEPS, ONE, "dual stack", NODE),
                row("node-graceful", "node {servers}/node/graceful.js {port}")
                        .with(FINISHES, KEEPS, ONE, "server.close() on SIGTERM", NODE),
                row("perl", "perl {servers}/perl/io_socket.pl {port}")
                        .with(DIES, CLOSES, ONE, "IO::Socket::INET", PERL),
                row("nginx", "sh {servers}/nginx/run.sh plain {port} {scratch}")
                        .with(DIES, KEEPS, CHILDREN, "listens, then forks", NGINX),
                row("nginx-reuseport", "sh {servers}/nginx/run.sh reuseport {port} {scratch}")
                        .with(DIES, KEEPS, CHILDREN, "one socket per worker", NGINX));
    }

    /// Servers as packaged by Debian, each with an application of its own.
    private static List<SampleServer> packaged() {
        return List.of(
                row("puma", "puma -q -t 1:8 -b tcp://127.0.0.1:{port} {servers}/ruby/config.ru")
                        .with(FINISHES, KEEPS, ONE, "one process, threads", PUMA),
                row(
                                "uvicorn",
                                "uvicorn --app-dir {servers}/python --host 127.0.0.1 --port {port}"
                                        + " --log-level warning --no-access-log asgi:application")
                        .with(FINISHES, KEEPS, ONE, "asyncio", UVICORN),
                row(
                                "hypercorn",
                                "env PYTHONPATH={servers}/python hypercorn -b 127.0.0.1:{port}"
                                        + " asgi:application")
                        .with(FINISHES, KEEPS, ONE, "one worker in its own process", HYPERCORN),
                row(
                                "starman",
                                "starman --listen 127.0.0.1:{port} --workers 2"
                                        + " {servers}/perl/app.psgi")
                        .with(FINISHES, KEEPS, CHILDREN, "listens, then forks", STARMAN),
                row("php", "php -q -S 127.0.0.1:{port} {servers}/php/pid.php")
                        .with(DIES, CLOSES, ONE, "the built-in server", PHP),
                row("go", "sh {servers}/go/run.sh {port} {scratch}")
                        .with(DIES, KEEPS, ONE, "net/http", GO),
                row(
                                "express",
                                "env NODE_PATH=/usr/share/nodejs node"
                                        + " {servers}/node/express.js {port}")
                        .with(DIES, KEEPS, ONE, "Express 4", NODE, EXPRESS),
                row("node-cluster", "node {servers}/node/cluster.js {port} 2")
                        .with(DIES, CLOSES, CHILDREN, "the primary accepts", NODE));
    }

    private static List<SampleServer> daemons() {
        return List.of(
                daemon("apache-event").with(DIES, KEEPS, CHILDREN, "listens, then forks", APACHE),
                daemon("apache-prefork").with(DIES, KEEPS, CHILDREN, "one process each", APACHE),
                daemon("lighttpd").with(DIES, KEEPS, ONE, "one process", LIGHTTPD),
                daemon("caddy").with(FINISHES, KEEPS, ONE, "Go, sets SO_REUSEPORT itself", CADDY),
                daemon("haproxy").with(DIES, KEEPS, ONE, "answers by itself", HAPROXY),
                daemon("varnish").with(DIES, KEEPS, CHILDREN, "answers by itself", VARNISH));
    }

    private static Row daemon(String kind) {
        return row(kind, "sh {servers}/daemons/run.sh " + kind + " {port} {scratch}");
    }

    private static List<SampleServer> jdk() {
        return List.of(
                row(
                                "jdk-httpserver-module",
                                JAVA
                                        + "-m jdk.httpserver -b 127.0.0.1 -p {port}"
                                        + " -o none -d /proc/self/task")
                        .with(DIES, KEEPS, ONE, "jwebserver, unmodified"),
                row(
                                "java-socket",
                                JAVA + "-cp {classes} dev.berth.examples.SocketLoopServer {port}")
                        .with(DIES, CLOSES, ONE, "java.net.ServerSocket"),
                row(
                                "java-httpserver",
                                JAVA + "-cp {classes} dev.berth.examples.GracefulHttpServer {port}")
                        .with(FINISHES, KEEPS, ONE, "com.sun.net.httpserver, stop(10)"),
                row(
                                "java-reuseport",
                                JAVA + "-cp {classes} dev.berth.examples.ReuseportServer {port}")
                        .with(DIES, KEEPS, ONE, "sets SO_REUSEPORT itself"));
    }

    private static List<SampleServer> libraries() {
        return List.of(
                row("jetty", JVM_SERVERS_JAVA + "JettyServer {port}")
                        .with(FINISHES, KEEPS, ONE, "Jetty 12, core", JVM_SERVERS),
                row("tomcat", JVM_SERVERS_JAVA + "TomcatServer {port} {scratch}")
                        .with(FINISHES, KEEPS, ONE, "Tomcat 11, embedded", JVM_SERVERS),
                row("netty-nio", JVM_SERVERS_JAVA + "NettyServer {port} nio")
                        .with(DIES, KEEPS, ONE, "Netty 4.2", JVM_SERVERS),
                row("netty-epoll", JVM_SERVERS_JAVA + "NettyServer {port} epoll")
                        .with(DIES, KEEPS, ONE, "Netty 4.2, native", JVM_SERVERS),
                row("undertow", JVM_SERVERS_JAVA + "UndertowServer {port}")
                        .with(FINISHES, KEEPS, ONE, "Undertow 2.4", JVM_SERVERS),
                row(
                                "spring-boot",
                                JAVA
                                        + "-jar {servers}/boot/target/boot.jar --server.port={port}"
                                        + " --management.server.port={private}")
                        .with(FINISHES, KEEPS, ONE, "Boot 4.1 fat jar", BOOT, PRIVATE_PORT));
    }

    private static Row row(String name, String command) {
        return new Row(name, command);
    }

    private record Row(String name, String command) {
        SampleServer with(
                OnTerm onTerm, Reuse reuse, ProcessModel processes, String note, Need... needs) {
            List<String> words = new ArrayList<>(Arrays.asList(command.split(" ")));
            return new SampleServer(name, words, Set.of(needs), onTerm, reuse, processes, note);
        }
    }
}
