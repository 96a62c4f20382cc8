package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Command;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A supervisor without any capability: no_new_privs, classic BPF, no cgroup.
@ExtendWith(LeakCheck.class)
@RequiresRoot
@RequiresProgram({"python3", "setpriv"})
class UnprivilegedTest {
    private static final int NOBODY = 65534;

    private static final List<String> AS_NOBODY =
            List.of(
                    "setpriv",
                    "--reuid=" + NOBODY,
                    "--regid=" + NOBODY,
                    "--clear-groups",
                    "--inh-caps=-all",
                    "--bounding-set=-all");

    private static final String WHO =
            """
            for line in open("/proc/self/status"):
                if line[:3] in ("Uid", "NoN", "Cap"): print(" ".join(line.split()))
            print("DONE", flush=True)
            """;

    private final int port = FreePort.tcp();
    private Path runtime;
    private Path classes;

    @BeforeEach
    void directories() throws IOException {
        runtime = SupervisorFixture.directory();
        classes = runtime.resolveSibling(runtime.getFileName() + "-classes");
        Files.setAttribute(runtime, "unix:uid", NOBODY);
    }

    @AfterEach
    void delete() throws IOException {
        SupervisorFixture.delete(runtime);
        SupervisorFixture.delete(classes);
    }

    @Test
    void runRollCrashAndStopNeedNoCapability() throws Exception {
        Command command = Programs.server(port, WHO);
        try (ChildProcess jvm = LoneSupervisor.start(runtime, AS_NOBODY, true, 2, command)) {
            jvm.awaitLine("steering hash (classic bpf)"::equals, SupervisorFixture.LIMIT);
            jvm.awaitLine(line -> line.startsWith("slot 0.1 is ready"), SupervisorFixture.LIMIT);
            jvm.awaitLine(line -> line.startsWith("slot 1.1 is ready"), SupervisorFixture.LIMIT);
            assertThat(jvm.output())
                    .contains(
                            "0.1 Uid: 65534 65534 65534 65534",
                            "0.1 CapEff: 0000000000000000",
                            "0.1 NoNewPrivs: 1");
            SupervisorFixture.ask(port);
            LoneSupervisor.order(runtime, "roll");
            String rolled =
                    jvm.awaitLine(line -> line.startsWith("roll "), SupervisorFixture.LIMIT);
            assertThat(rolled).startsWith("roll true");
            int pid = Integer.parseInt(SupervisorFixture.ask(port));
            assertThat(Processes.kill(pid, Signal.KILL.number())).isZero();
            jvm.awaitLine(
                    line -> line.matches("slot [01]\\.3 is ready.*"), SupervisorFixture.LIMIT);
            assertThat(Integer.parseInt(SupervisorFixture.ask(port))).isNotEqualTo(pid);
            LoneSupervisor.order(runtime, "stop");
            assertThat(jvm.awaitExit(SupervisorFixture.LIMIT)).isZero();
            assertThat(jvm.output()).contains("exit 0").noneMatch(line -> line.contains("while"));
        }
    }

    /// Without CAP_NET_RAW no listener can be hidden from clients and shown again.
    @Test
    void aVersionOnANarrowerAddressIsRolledBackAndClientsReachTheOldOne() throws Exception {
        String narrows =
                """
                import os, socket
                host = "0.0.0.0" if os.environ["BERTH_GENERATION"] == "1" else "127.0.0.1"
                s = socket.create_server((host, %d))
                while True:
                    c, _ = s.accept()
                    c.sendall(b"%%d\\n" %% os.getpid())
                    c.close()
                """
                        .formatted(port);
        Command command = new Command(List.of(Programs.python(), "-c", narrows));
        try (ChildProcess jvm = LoneSupervisor.start(runtime, AS_NOBODY, true, 1, command)) {
            jvm.awaitLine(line -> line.startsWith("slot 0.1 is ready"), SupervisorFixture.LIMIT);
            String old = SupervisorFixture.ask(port);
            LoneSupervisor.order(runtime, "roll");
            assertThat(jvm.awaitLine(line -> line.startsWith("roll "), SupervisorFixture.LIMIT))
                    .startsWith("roll false");
            jvm.awaitLine("the old generation serves on"::equals, SupervisorFixture.LIMIT);
            assertThat(jvm.output())
                    .anyMatch(
                            line ->
                                    line.contains("127.0.0.1:" + port)
                                            && line.contains("0.0.0.0:" + port));
            assertThat(SupervisorFixture.ask(port)).isEqualTo(old);
            LoneSupervisor.order(runtime, "stop");
            assertThat(jvm.awaitExit(SupervisorFixture.LIMIT)).isZero();
        }
    }

    /// The kernel prefers the narrower address, so the new worker gets its first client when the
    /// old one was told to stop. From then on the old listener is hidden for good. Here the old
    /// worker is that client, and exits as soon as the new one has died.
    @Test
    void ifAVersionOnAWiderAddressDiesTheNextWorkerOfTheOldVersionIsReached() throws Exception {
        String widens =
                """
                import os, signal, socket, time
                generation = os.environb[b"BERTH_GENERATION"]
                bad = generation == b"2"
                def stop(*_):
                    with socket.create_connection(("127.0.0.1", %1$d)) as client: client.recv(1)
                    time.sleep(0.03)
                    os._exit(0)
                signal.signal(signal.SIGTERM, os._exit if bad else stop)
                s = socket.create_server(("0.0.0.0" if bad else "127.0.0.1", %1$d))
                while True:
                    c, _ = s.accept()
                    if bad: os._exit(4)
                    c.sendall(generation + b"\\n")
                    c.close()
                """
                        .formatted(port);
        Command command = new Command(List.of(Programs.python(), "-c", widens));
        try (ChildProcess jvm = LoneSupervisor.start(runtime, AS_NOBODY, true, 1, command)) {
            jvm.awaitLine(line -> line.startsWith("slot 0.1 is ready"), SupervisorFixture.LIMIT);
            assertThat(SupervisorFixture.ask(port)).isEqualTo("1");
            LoneSupervisor.order(runtime, "roll");
            jvm.awaitLine(line -> line.startsWith("slot 0.3 is ready"), SupervisorFixture.LIMIT);
            assertThat(SupervisorFixture.ask(port)).isEqualTo("3");
            assertThat(jvm.output()).noneMatch(line -> line.contains("EPERM"));
            LoneSupervisor.order(runtime, "stop");
            assertThat(jvm.awaitExit(SupervisorFixture.LIMIT)).isZero();
        }
    }
}
