package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Probe;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SettingsVariants;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What makes a worker ready.
@ExtendWith(LeakCheck.class)
@RequiresProgram("python3")
class ReadinessTest {
    /// Says READY=1 from a thread, some time after it listens.
    static final String SAY_READY_SOON =
            """
            import os, socket, threading, time
            def say():
                time.sleep(0.3)
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                s.sendto(b"STATUS=here\\nREADY=1\\n", os.environ["NOTIFY_SOCKET"])
            threading.Thread(target=say).start()
            """;

    static Settings slowToSettle(Settings.Ready ready) {
        Settings slow =
                SettingsVariants.timed(
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(70),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(1));
        return SettingsVariants.withReady(slow, ready);
    }

    @Test
    void sayingReadyShortensTheWait() throws Exception {
        int port = FreePort.tcp();
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(Programs.server(port, SAY_READY_SOON))
                        .settings(slowToSettle(Settings.Ready.LISTENING));
        try (SupervisorFixture fixture = SupervisorFixture.start(setup)) {
            fixture.awaitReady();
            assertThat(fixture.ask(new Request.Roll(Optional.empty())).done()).isTrue();
        }
    }

    /// Says READY=1 on the socket that it is given, and stays.
    private static final String SAY =
            """
            import socket, sys, time
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.sendto(b"READY=1", sys.argv[1])
            time.sleep(1000)
            """;

    /// Prints the address of the notify socket, and says READY=1 itself when a file appears.
    private static final String SAY_WHEN =
            """
            import os, socket, threading, time
            print("SOCKET", os.environ["NOTIFY_SOCKET"], flush=True)
            def say():
                while not os.path.exists("%s"): time.sleep(0.02)
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                s.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
            threading.Thread(target=say).start()
            """;

    /// Any process of the worker's user can reach the socket.
    @Test
    void readinessFromAnotherProcessIsIgnored() throws Exception {
        int port = FreePort.tcp();
        Path go = Files.createTempFile("go", "");
        Files.delete(go);
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(Programs.server(port, SAY_WHEN.formatted(go)))
                        .settings(slowToSettle(Settings.Ready.ANNOUNCED));
        try (SupervisorFixture fixture = SupervisorFixture.start(setup)) {
            String socket = fixture.printed("SOCKET ");
            try (ChildProcess stranger = ChildProcess.start(Programs.python(), "-c", SAY, socket)) {
                fixture.said("READY=1 from pid " + stranger.pid() + " was ignored");
                assertThat(fixture.slot(0).state()).isEqualTo("starting");
            }
            Files.createFile(go);
            fixture.awaitReady();
        } finally {
            Files.deleteIfExists(go);
        }
    }

    /// An orphan in a session of its own, like a server that goes to the background.
    @Test
    void readinessFromAnOrphanOfTheWorkerCounts() throws Exception {
        int port = FreePort.tcp();
        String first =
                """
                import os
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        import socket, time
                        while os.getppid() != int(os.environ["SUPERVISOR"]): time.sleep(0.01)
                        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                        s.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
                        time.sleep(1000)
                    os._exit(0)
                os.wait()
                """
                        .replace(
                                "int(os.environ[\"SUPERVISOR\"])",
                                Long.toString(ProcessHandle.current().pid()));
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(Programs.server(port, first))
                        .settings(slowToSettle(Settings.Ready.ANNOUNCED));
        try (SupervisorFixture fixture = SupervisorFixture.start(setup)) {
            fixture.awaitReady();
        }
    }

    @Test
    void aWorkerThatMustSayReadyIsNotReadyBefore() throws Exception {
        int port = FreePort.tcp();
        Settings timed =
                SettingsVariants.timed(
                        Duration.ZERO,
                        Duration.ofMillis(1_500),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(1));
        Settings settings = SettingsVariants.withReady(timed, Settings.Ready.ANNOUNCED);
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup().command(Programs.server(port, "")).settings(settings);
        try (SupervisorFixture fixture = SupervisorFixture.start(setup)) {
            assertThat(fixture.exit()).isEqualTo(1);
            fixture.said("listens, but was not ready within 1.5 s");
        }
    }

    /// Answers HTTP on the private port, with success only if the file says so.
    private static Command probed(int port, int admin, Path healthy) {
        String answer =
                """
                import threading, http.server, os
                class H(http.server.BaseHTTPRequestHandler):
                    def do_GET(self):
                        ok = "%s" in open("%s").read().split()
                        print("PROBED", self.path, flush=True)
                        self.send_response(204 if ok else 503)
                        self.end_headers()
                    def log_message(self, *_): pass
                h = http.server.ThreadingHTTPServer(("127.0.0.1", %d), H)
                threading.Thread(target=h.serve_forever, daemon=True).start()
                """
                        .formatted("{slot}.{generation}", healthy, admin);
        return new Command(List.of(Programs.python(), "-c", answer + Programs.server(port)));
    }

    @Test
    void aProbeReachesExactlyTheIntendedWorkerEvenDuringARoll() throws Exception {
        int port = FreePort.tcp();
        int admin = FreePort.tcp();
        Path healthy = Files.createTempFile("healthy", "");
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(probed(port, admin, healthy))
                        .workers(2)
                        .port(port)
                        .privatePort(admin)
                        .probe(
                                new Probe(
                                        "http://127.0.0.1:" + admin + "/up?slot={slot}",
                                        Duration.ofMillis(50)))
                        .settings(slowToSettle(Settings.Ready.ANNOUNCED));
        try (SupervisorFixture fixture = SupervisorFixture.start(setup)) {
            fixture.printed("1.1 PROBED /up?slot=1");
            assertThat(fixture.slot(1).state()).isEqualTo("starting");
            Files.writeString(healthy, "0.1 1.1");
            fixture.awaitReady();
            var roll = fixture.supervisor.ask(new Request.Roll(Optional.empty()));
            fixture.printed("0.2 PROBED /up?slot=0");
            assertThat(roll).isNotDone();
            assertThat(fixture.slot(0).generation()).isEqualTo(1);
            Files.writeString(healthy, "0.2 1.2");
            assertThat(roll.get().done()).isTrue();
            assertThat(fixture.slot(1).generation()).isEqualTo(2);
        } finally {
            Files.delete(healthy);
        }
    }
}
