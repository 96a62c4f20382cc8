package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.DiagQuery;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.sys.Capability;
import dev.berth.testkit.Await;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresCapability;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.SeededRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/// Forecasts about the ports of real servers that have clients; then the attempt itself.
@ExtendWith(LeakCheck.class)
@RequiresCapability({
    Capability.SYS_ADMIN,
    Capability.NET_ADMIN,
    Capability.SETUID,
    Capability.SYS_PTRACE
})
@RequiresProgram({"python3", "ip", "nginx", "node"})
final class ServerForecastTest {
    private static final int ATTEMPTS = 8;
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final List<Integer> TCP_PORTS =
            List.of(8001, 8002, 8003, 8004, 8005, 8010, 8011, 8014, 8020);
    private static final List<Integer> UDP_PORTS = List.of(8012, 8013);

    private static final String NGINX =
            """
            daemon off; worker_processes 2; pid %1$s/pid; error_log stderr crit; user root;
            events { worker_connections 64; }
            http {
              access_log off; client_body_temp_path %1$s/b; proxy_temp_path %1$s/p;
              fastcgi_temp_path %1$s/f; uwsgi_temp_path %1$s/u; scgi_temp_path %1$s/s;
              server { listen 8001; }
              server { listen 8002 reuseport; }
              server { listen 127.0.0.1:8003; }
              server { listen [::]:8004 ipv6only=on; }
              server { listen [::]:8005 ipv6only=off reuseport; }
            }
            """;

    private static final String NODE =
            """
            const cluster = require('cluster'), http = require('http'), dgram = require('dgram');
            const serve = () => http.createServer((q, a) => a.end('x'));
            if (cluster.isPrimary) {
              serve().listen(8010);
              serve().listen(8011, '127.0.0.1');
              dgram.createSocket({type: 'udp4', reuseAddr: true}).bind(8012);
              dgram.createSocket('udp6').bind(8013);
              cluster.fork(); cluster.fork();
            } else {
              serve().listen(8014);
            }
            """;

    private static final String PYTHON =
            """
            import os, socketserver
            os.setgroups([])
            os.setuid(1000)
            socketserver.TCPServer.allow_reuse_address = True
            handler = socketserver.BaseRequestHandler
            socketserver.TCPServer(('127.0.0.1', 8020), handler).serve_forever()
            """;

    @TempDir Path directory;

    @Test
    void attemptMatchesTheForecast() throws Exception {
        SeededRandom random = SeededRandom.create("servers");
        KernelCheck kernel = KernelCheck.replay("6.18", new SplittableRandom(random.nextLong()));
        ForecastTally tally = new ForecastTally("servers");
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        try (ChildProcess nginx = nginx();
                                ChildProcess node = node();
                                ChildProcess python = python();
                                SocketPrograms programs = SocketPrograms.open();
                                SocketProgram client =
                                        SocketProgram.start(SocketPrograms.OTHER_UID)) {
                            awaitServers(nginx, node, python);
                            TCP_PORTS.forEach(port -> connect(client, port));
                            for (int port : TCP_PORTS) {
                                attempts(random, programs, kernel, Protocol.TCP, port, tally);
                            }
                            for (int port : UDP_PORTS) {
                                attempts(random, programs, kernel, Protocol.UDP, port, tally);
                            }
                        }
                    });
        }
        System.out.println(tally);
        tally.assertTruthful();
        assertThat(tally.certain()).isGreaterThan(tally.attempts() / 2);
        assertThat(tally.refused()).isGreaterThan(tally.attempts() / 3);
    }

    private ChildProcess nginx() throws IOException {
        Path configuration = directory.resolve("nginx.conf");
        Files.writeString(configuration, NGINX.formatted(directory));
        return ChildProcess.start("nginx", "-c", configuration.toString());
    }

    /// Cluster needs a file to start again.
    private ChildProcess node() throws IOException {
        Path script = directory.resolve("server.js");
        Files.writeString(script, NODE);
        return ChildProcess.start("node", script.toString());
    }

    /// A server of another user.
    private static ChildProcess python() throws IOException {
        return ChildProcess.start("python3", "-c", PYTHON);
    }

    private static void awaitServers(ChildProcess... servers) {
        Await.until(
                LIMIT,
                () -> missing().isEmpty(),
                () ->
                        missing()
                                + " do not listen: "
                                + Stream.of(servers).map(ChildProcess::output).toList());
    }

    private static List<Integer> missing() {
        return Stream.concat(
                        TCP_PORTS.stream().filter(port -> !taken(Protocol.TCP, port)),
                        UDP_PORTS.stream().filter(port -> !taken(Protocol.UDP, port)))
                .toList();
    }

    private static boolean taken(Protocol protocol, int port) {
        try (SockDiag diag = SockDiag.open()) {
            return !diag.dump(DiagQuery.all(protocol).withLocalPort(port)).isEmpty();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// One client that stays, and one that closes first.
    private static void connect(SocketProgram client, int port) {
        String host = port == 8004 ? "::1" : "127.0.0.1";
        int family = port == 8004 ? 6 : 4;
        try {
            for (String name : List.of("stays", "leaves")) {
                client.tell("open('%s%d', 1, %d, 0, 0, 0, '')", name, port, family);
                client.tell("connect('%s%d', '%s', %d)", name, port, host, port);
            }
            client.tell("close('leaves%d')", port);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void attempts(
            SeededRandom random,
            SocketPrograms programs,
            KernelCheck kernel,
            Protocol protocol,
            int port,
            ForecastTally tally)
            throws IOException {
        for (int i = 0; i < ATTEMPTS; i++) {
            Attempt attempt = Attempt.random(random, protocol, port, false);
            BindForecast forecast = BindForecast.of(attempt.request(), kernel);
            tally.situation();
            tally.add(forecast, programs.attempt(attempt), "port " + port);
        }
    }
}
