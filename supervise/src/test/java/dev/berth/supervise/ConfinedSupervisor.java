package dev.berth.supervise;

import dev.berth.bpf.SeccompFilter;
import dev.berth.net.ListenAddress;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.ProcessSpec;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.ServiceSpecs;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SettingsVariants;
import dev.berth.supervise.contract.SocketSource;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.contract.WorkerSpec;
import dev.berth.supervise.process.Env;
import dev.berth.sys.Arch;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Seccomp;
import dev.berth.sys.Syscall;
import dev.berth.testkit.MachineTime;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A supervisor in a JVM of its own for which pidfd_getfd is refused, as in a container with
/// Docker's default profile. It prints its messages, and stops when the file `stop` appears in its
/// runtime directory.
final class ConfinedSupervisor {
    private ConfinedSupervisor() {}

    /// @param arguments runtime directory, the shared address or `-`, the command
    public static void main(String[] arguments) throws Exception {
        long[] filter =
                SeccompFilter.deny(Arch.current(), List.of(Syscall.PIDFD_GETFD), Errno.EPERM);
        ErrnoException.check("seccomp", "pidfd_getfd", Seccomp.install(filter));
        Path runtime = Path.of(arguments[0]);
        List<ListenAddress> listen =
                arguments[1].equals("-") ? List.of() : List.of(ListenAddress.parse(arguments[1]));
        List<String> words = List.of(arguments).subList(2, arguments.length);
        try (Supervisor supervisor =
                Supervisor.create(
                        plan(runtime, listen, words),
                        new Printer(),
                        Env.system(),
                        Optional.empty(),
                        Optional.empty())) {
            Thread.ofPlatform().daemon().start(() -> awaitStop(supervisor, runtime));
            System.out.println("exit " + supervisor.run());
        }
    }

    private static ServiceSpec plan(Path runtime, List<ListenAddress> listen, List<String> words) {
        Settings settings =
                SettingsVariants.timed(
                        Duration.ofMillis(150),
                        MachineTime.stretched(Duration.ofSeconds(15)),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(10));
        ProcessSpec process = ProcessSpec.defaults().withDirectory(runtime);
        return new ServiceSpec(
                "confined",
                runtime,
                new WorkerSpec(new Command(words), 2, process),
                new SocketSource.Intercept(ServiceSpecs.listening(listen)),
                new Policy.Hash(),
                settings.timing());
    }

    private static void awaitStop(Supervisor supervisor, Path runtime) {
        try {
            while (!Files.exists(runtime.resolve("stop"))) {
                Thread.sleep(20);
            }
            supervisor.ask(new Request.Stop());
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Printer implements EventSink {
        @Override
        public void onEvent(String text) {
            System.out.println(text);
        }

        @Override
        public void onOutput(WorkerId worker, boolean error, String line) {
            System.out.println(worker + " " + line);
        }
    }
}
