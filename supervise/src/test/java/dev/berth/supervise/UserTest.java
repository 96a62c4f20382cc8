package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.DiagQuery;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.Request;
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

    private static Rig rig(User user, int port, boolean named) throws IOException {
        Rig.Setup setup =
                new Rig.Setup()
                        .command(Programs.server(port, WHO))
                        .workers(2)
                        .user(Optional.of(user));
        return Rig.start(named ? setup.listen("tcp://127.0.0.1:" + port) : setup);
    }

    @Test
    void workersAreThatUserInEveryRespect() throws Exception {
        int port = FreePort.tcp();
        try (Rig rig = rig(STRANGER, port, false)) {
            rig.awaitReady();
            rig.printed("DONE");
            assertThat(rig.printed("Uid: ")).isEqualTo("4321 4321 4321 4321");
            assertThat(rig.printed("Gid: ")).isEqualTo("4322 4322 4322 4322");
            assertThat(rig.printed("Groups: ")).isEqualTo("4322 4400");
            assertThat(rig.printed("CapEff: ")).isEqualTo("0000000000000000");
            assertThat(rig.printed("CapPrm: ")).isEqualTo("0000000000000000");
            assertThat(rig.printed("CapInh: ")).isEqualTo("0000000000000000");
            assertThat(rig.printed("CapAmb: ")).isEqualTo("0000000000000000");
            assertThat(rig.printed("CapBnd: ")).isEqualTo(own("CapBnd:"));
            assertThat(rig.printed("NoNewPrivs: ")).isEqualTo(own("NoNewPrivs:"));
            assertThat(rig.printed("HOME ")).isEqualTo("/tmp stranger");
            assertThat(rig.printed("NAME ")).startsWith("python3");
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
        Path folder = Files.createDirectory(Rig.directory().resolve("a=b"));
        Path python = Files.createSymbolicLink(folder.resolve("python3"), Programs.executable());
        for (String program : List.of(Programs.python(), python.toString())) {
            Command command =
                    new Command(List.of(program, "-c", WHO + "\n" + Programs.server(port)));
            Rig.Setup setup =
                    new Rig.Setup()
                            .command(command)
                            .user(Optional.of(STRANGER))
                            .environment("LD_LIBRARY_PATH", "/nowhere")
                            .environment("my.key", "of no shell");
            try (Rig rig = Rig.start(setup)) {
                rig.awaitReady();
                assertThat(rig.printed("LOADER ")).isEqualTo("/nowhere of no shell");
            }
        }
        Rig.delete(folder.getParent());
    }

    @Test
    void anInaccessibleFolderIsReportedBeforeTheStart() throws Exception {
        Path folder = Rig.directory();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        Rig.Setup setup =
                new Rig.Setup()
                        .command(Programs.server(FreePort.tcp(), ""))
                        .directory(folder)
                        .user(Optional.of(STRANGER));
        try (Rig rig = Rig.start(setup)) {
            assertThat(rig.exit()).isEqualTo(1);
            rig.said("user stranger is not permitted to enter the working directory " + folder);
        } finally {
            Rig.delete(folder);
        }
    }

    @Test
    void aProgramThatTheUserCannotExecuteIsReportedBeforeTheStart() throws Exception {
        Path folder = Rig.directory();
        Path program = Files.writeString(folder.resolve("server"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        Rig.Setup setup =
                new Rig.Setup()
                        .command(new Command(List.of(program.toString())))
                        .user(Optional.of(STRANGER));
        try (Rig rig = Rig.start(setup)) {
            assertThat(rig.exit()).isEqualTo(1);
            rig.said("user stranger is not permitted to execute " + program);
        } finally {
            Rig.delete(folder);
        }
    }

    @Test
    void aMissingProgramIsReportedBeforeTheStart() throws Exception {
        Rig.Setup setup =
                new Rig.Setup()
                        .command(new Command(List.of("/tmp/no/such/server")))
                        .user(Optional.of(STRANGER));
        try (Rig rig = Rig.start(setup)) {
            assertThat(rig.exit()).isEqualTo(1);
            rig.said("command not found: there is no file /tmp/no/such/server");
        }
    }

    @Test
    void socketsBelongToTheSupervisorWhichStaysDumpable() throws Exception {
        int port = FreePort.tcp();
        User nobody = Users.byUid(65534).orElseThrow();
        try (Rig rig = rig(nobody, port, false);
                SockDiag diag = SockDiag.open()) {
            rig.awaitReady();
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
        try (Rig rig = rig(nobody, port, true)) {
            rig.awaitReady();
            assertThat(rig.ask(new Request.Roll(Optional.empty())))
                    .extracting(Outcome::done)
                    .isEqualTo(true);
            int pid = rig.pid(0);
            assertThat(Processes.kill(pid, Signal.KILL.number())).isZero();
            rig.await(() -> rig.slot(0).generation() == 3);
            rig.awaitReady();
            assertThat(Integer.parseInt(Rig.ask(port))).isIn(rig.pid(0), rig.pid(1));
            assertThat(rig.ask(new Request.Stop()).done()).isTrue();
        }
    }

    @Test
    void thatUserCanSayReadyToo() throws Exception {
        int port = FreePort.tcp();
        Rig.Setup setup =
                new Rig.Setup()
                        .command(Programs.server(port, ReadinessTest.SAY_READY_SOON))
                        .settings(ReadinessTest.slowToSettle(Settings.Ready.ANNOUNCED))
                        .user(Optional.of(STRANGER));
        try (Rig rig = Rig.start(setup)) {
            rig.awaitReady();
        }
    }

    /// A directory that only root is permitted to enter, such as root's XDG_RUNTIME_DIR.
    @Test
    void anUnreachableNotifySocketIsReportedAtTheStart() throws Exception {
        Rig.Setup setup =
                new Rig.Setup()
                        .command(Programs.server(FreePort.tcp(), ReadinessTest.SAY_READY_SOON))
                        .settings(ReadinessTest.slowToSettle(Settings.Ready.ANNOUNCED))
                        .closed(true)
                        .user(Optional.of(STRANGER));
        try (Rig rig = Rig.start(setup)) {
            assertThat(rig.exit()).isEqualTo(1);
            rig.said("user stranger is not permitted to enter " + rig.runtime);
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
        Rig.Setup setup =
                new Rig.Setup().command(Programs.server(port, program)).user(Optional.of(STRANGER));
        try (Rig rig = Rig.start(setup)) {
            rig.awaitReady();
            assertThat(rig.printed("OPENED ")).isIn("/dev/stdout", "/dev/stderr");
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
        Rig.Setup setup =
                new Rig.Setup()
                        .command(Programs.server(port, "import os\n" + program))
                        .user(Optional.of(STRANGER));
        try (Rig rig = Rig.start(setup)) {
            rig.awaitReady();
            assertThat(rig.printed("RING ")).isNotEqualTo(Integer.toString(own));
        }
    }

    @Test
    void aPrivilegedPortMustBeNamed() throws Exception {
        int port = privilegedPort();
        try (Rig rig = rig(STRANGER, port, false)) {
            assertThat(rig.exit()).isEqualTo(1);
            rig.said(port + " is below 1024");
        }
        try (Rig rig = rig(STRANGER, port, true)) {
            rig.awaitReady();
            assertThat(Integer.parseInt(Rig.ask(port))).isIn(rig.pid(0), rig.pid(1));
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
