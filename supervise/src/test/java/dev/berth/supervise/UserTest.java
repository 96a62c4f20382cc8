package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.DiagQuery;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.sys.User;
import dev.berth.sys.Users;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/// Workers that run as another user, under root.
@ExtendWith(LeakCheck.class)
@RequiresRoot
@RequiresProgram("python3")
class UserTest {
    private static final User STRANGER =
            new User("stranger", 4321, 4322, "/tmp", "/bin/sh", List.of(4322, 4400));

    private static final String WHO =
            """
            import os
            for line in open("/proc/self/status"):
                if line[:3] in ("Uid", "Gid", "Gro", "Cap", "NoN"): print(" ".join(line.split()))
            print("HOME", os.environ["HOME"], os.environ["USER"])
            print("LOADER", os.environ.get("LD_LIBRARY_PATH"), os.environ.get("my.key"))
            print("NAME", os.path.basename(open("/proc/self/cmdline").read().split(chr(0))[0]))
            print("DONE", flush=True)
            """;

    private static SupervisorFixture rig(User user, int port, boolean named) throws IOException {
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(Programs.server(port, WHO))
                        .workers(2)
                        .user(Optional.of(user));
        return SupervisorFixture.start(named ? setup.listen("tcp://127.0.0.1:" + port) : setup);
    }

    @Test
    void workersAreThatUserInEveryRespect() throws Exception {
        int port = FreePort.tcp();
        try (SupervisorFixture fixture = rig(STRANGER, port, false)) {
            fixture.awaitReady();
            fixture.printed("DONE");
            assertThat(fixture.printed("Uid: ")).isEqualTo("4321 4321 4321 4321");
            assertThat(fixture.printed("Gid: ")).isEqualTo("4322 4322 4322 4322");
            assertThat(fixture.printed("Groups: ")).isEqualTo("4322 4400");
            assertThat(fixture.printed("CapEff: ")).isEqualTo("0000000000000000");
            assertThat(fixture.printed("CapPrm: ")).isEqualTo("0000000000000000");
            assertThat(fixture.printed("CapInh: ")).isEqualTo("0000000000000000");
            assertThat(fixture.printed("CapAmb: ")).isEqualTo("0000000000000000");
            assertThat(fixture.printed("CapBnd: ")).isEqualTo(own("CapBnd:"));
            assertThat(fixture.printed("NoNewPrivs: ")).isEqualTo(own("NoNewPrivs:"));
            assertThat(fixture.printed("HOME ")).isEqualTo("/tmp stranger");
            assertThat(fixture.printed("NAME ")).startsWith("python3");
        }
    }

    private static String own(String name) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip())
                .findFirst()
                .orElseThrow();
    }

    /// Variables that make a loader load files are withheld from the root-owned program that
    /// changes the user.
    @Test
    void loaderVariablesReachTheWorker() throws Exception {
        int port = FreePort.tcp();
        Path folder = Files.createDirectory(SupervisorFixture.directory().resolve("a=b"));
        Path python = Files.createSymbolicLink(folder.resolve("python3"), Programs.executable());
        for (String program : List.of(Programs.python(), python.toString())) {
            Command command =
                    new Command(List.of(program, "-c", WHO + "\n" + Programs.server(port)));
            SupervisorFixture.Setup setup =
                    new SupervisorFixture.Setup()
                            .command(command)
                            .user(Optional.of(STRANGER))
                            .environment("LD_LIBRARY_PATH", "/nowhere")
                            .environment("my.key", "of no shell");
            try (SupervisorFixture fixture = SupervisorFixture.start(setup)) {
                fixture.awaitReady();
                assertThat(fixture.printed("LOADER ")).isEqualTo("/nowhere of no shell");
            }
        }
        SupervisorFixture.delete(folder.getParent());
    }

    @Test
    void anInaccessibleFolderIsReportedBeforeTheStart() throws Exception {
        Path folder = SupervisorFixture.directory();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(Programs.server(FreePort.tcp(), ""))
                        .directory(folder)
                        .user(Optional.of(STRANGER));
        try (SupervisorFixture fixture = SupervisorFixture.start(setup)) {
            assertThat(fixture.exit()).isEqualTo(1);
            fixture.said("user stranger is not permitted to enter the working directory " + folder);
        } finally {
            SupervisorFixture.delete(folder);
        }
    }

    @Test
    void aProgramThatTheUserCannotExecuteIsReportedBeforeTheStart() throws Exception {
        Path folder = SupervisorFixture.directory();
        Path program = Files.writeString(folder.resolve("server"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(new Command(List.of(program.toString())))
                        .user(Optional.of(STRANGER));
        try (SupervisorFixture fixture = SupervisorFixture.start(setup)) {
            assertThat(fixture.exit()).isEqualTo(1);
            fixture.said("user stranger is not permitted to execute " + program);
        } finally {
            SupervisorFixture.delete(folder);
        }
    }

    @Test
    void aMissingProgramIsReportedBeforeTheStart() throws Exception {
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(new Command(List.of("/tmp/no/such/server")))
                        .user(Optional.of(STRANGER));
        try (SupervisorFixture fixture = SupervisorFixture.start(setup)) {
            assertThat(fixture.exit()).isEqualTo(1);
            fixture.said("command not found: there is no file /tmp/no/such/server");
        }
    }

    @Test
    void socketsBelongToTheSupervisorWhichStaysDumpable() throws Exception {
        int port = FreePort.tcp();
        User nobody = Users.byUid(65534).orElseThrow();
        try (SupervisorFixture fixture = rig(nobody, port, false);
                SockDiag diag = SockDiag.open()) {
            fixture.awaitReady();
            DiagQuery query =
                    DiagQuery.all(Protocol.TCP).withStates(TcpState.LISTEN).withLocalPort(port);
            assertThat(diag.dump(query)).hasSize(2).extracting(SocketRow::uid).containsOnly(0);
            assertThat(Processes.dumpable()).isTrue();
            assertThat(Processes.geteuid()).isZero();
        }
    }

    @Test
    void rollAndCrashWorkForSuchWorkers() throws Exception {
        int port = FreePort.tcp();
        User nobody = Users.byUid(65534).orElseThrow();
        try (SupervisorFixture fixture = rig(nobody, port, true)) {
            fixture.awaitReady();
            assertThat(fixture.ask(new Request.Roll(Optional.empty())))
                    .extracting(RequestResult::done)
                    .isEqualTo(true);
            int pid = fixture.pid(0);
            assertThat(Processes.kill(pid, Signal.KILL.number())).isZero();
            fixture.await(() -> fixture.slot(0).generation() == 3);
            fixture.awaitReady();
            assertThat(Integer.parseInt(SupervisorFixture.ask(port)))
                    .isIn(fixture.pid(0), fixture.pid(1));
            assertThat(fixture.ask(new Request.Stop()).done()).isTrue();
        }
    }

    @Test
    void thatUserCanSayReadyToo() throws Exception {
        int port = FreePort.tcp();
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(Programs.server(port, ReadinessTest.SAY_READY_SOON))
                        .settings(ReadinessTest.slowToSettle(Settings.Ready.ANNOUNCED))
                        .user(Optional.of(STRANGER));
        try (SupervisorFixture fixture = SupervisorFixture.start(setup)) {
            fixture.awaitReady();
        }
    }

    /// A directory that only root is permitted to enter, such as root's XDG_RUNTIME_DIR.
    @Test
    void anUnreachableNotifySocketIsReportedAtTheStart() throws Exception {
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(Programs.server(FreePort.tcp(), ReadinessTest.SAY_READY_SOON))
                        .settings(ReadinessTest.slowToSettle(Settings.Ready.ANNOUNCED))
                        .closed(true)
                        .user(Optional.of(STRANGER));
        try (SupervisorFixture fixture = SupervisorFixture.start(setup)) {
            assertThat(fixture.exit()).isEqualTo(1);
            fixture.said("user stranger is not permitted to enter " + fixture.runtime);
        }
    }

    @Test
    void theOutputCanBeReopenedByName() throws Exception {
        String program =
                """
                for name in ("/dev/stdout", "/dev/stderr"):
                    with open(name, "w") as out: print("OPENED", name, file=out)
                """;
        int port = FreePort.tcp();
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(Programs.server(port, program))
                        .user(Optional.of(STRANGER));
        try (SupervisorFixture fixture = SupervisorFixture.start(setup)) {
            fixture.awaitReady();
            assertThat(fixture.printed("OPENED ")).isIn("/dev/stdout", "/dev/stderr");
        }
    }

    @Test
    void theKeyringOfRootsSessionIsNotTheWorkers() throws Exception {
        String program =
                """
                import ctypes
                libc = ctypes.CDLL(None, use_errno=True)
                number = 250 if os.uname().machine == "x86_64" else 219
                ring = libc.syscall(number, 0, ctypes.c_long(-3), 0)
                print("RING", ring, flush=True)
                """;
        int port = FreePort.tcp();
        int own = Processes.joinSessionKeyring();
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(Programs.server(port, "import os\n" + program))
                        .user(Optional.of(STRANGER));
        try (SupervisorFixture fixture = SupervisorFixture.start(setup)) {
            fixture.awaitReady();
            assertThat(fixture.printed("RING ")).isNotEqualTo(Integer.toString(own));
        }
    }

    @Test
    void aPrivilegedPortMustBeNamed() throws Exception {
        int port = privilegedPort();
        try (SupervisorFixture fixture = rig(STRANGER, port, false)) {
            assertThat(fixture.exit()).isEqualTo(1);
            fixture.said(port + " is below 1024");
        }
        try (SupervisorFixture fixture = rig(STRANGER, port, true)) {
            fixture.awaitReady();
            assertThat(Integer.parseInt(SupervisorFixture.ask(port)))
                    .isIn(fixture.pid(0), fixture.pid(1));
        }
    }

    private static int privilegedPort() {
        for (int port = 1_023; port > 600; port--) {
            try (ServerSocket socket =
                    new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                continue;
            }
        }
        throw new AssertionError("all ports below 1024 are taken");
    }
}
