package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.Env;
import dev.berth.testkit.Await;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/// Closing a supervisor in every state it can be in.
@ExtendWith(LeakCheck.class)
@RequiresProgram("python3")
class CloseTest {
    private Path runtime;

    @BeforeEach
    void makeDirectory() throws IOException {
        runtime = SupervisorFixture.directory();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        try (Stream<Path> left = Files.list(runtime)) {
            assertThat(left).isEmpty();
        } finally {
            SupervisorFixture.delete(runtime);
        }
        assertThat(TreeTest.groups(runtime.getFileName().toString())).isEmpty();
    }

    @Test
    void beforeItHasRun() throws Exception {
        Supervisor supervisor =
                Supervisor.create(
                        new SupervisorFixture.Setup().plan(runtime),
                        new RecordingSink(),
                        Env.system(),
                        Optional.empty(),
                        Optional.empty());
        CompletableFuture<RequestResult> asked = supervisor.ask(new Request.Stop());
        CompletableFuture<Status> looked = supervisor.status();
        supervisor.close();
        supervisor.close();
        String over = runtime.getFileName() + " is stopping";
        assertThat(asked.get())
                .isInstanceOf(RequestResult.Stopping.class)
                .extracting(RequestResult::text)
                .isEqualTo(over);
        assertThat(supervisor.ask(new Request.Stop()).get())
                .extracting(RequestResult::text)
                .isEqualTo(over);
        for (CompletableFuture<Status> status : List.of(looked, supervisor.status())) {
            assertThatThrownBy(status::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(IOException.class)
                    .hasMessage(over);
        }
    }

    @Test
    void anObserverThatThrowsEndsNothing() throws Exception {
        int port = FreePort.tcp();
        EventSink throwing =
                new EventSink() {
                    @Override
                    public void onEvent(String text) {
                        if (text.contains("ready")) {
                            throw new OutOfMemoryError("of the test");
                        }
                        throw new IllegalStateException("enough");
                    }

                    @Override
                    public void onOutput(WorkerId worker, boolean error, String line) {
                        throw new IllegalStateException("enough");
                    }
                };
        Command command = Programs.server(port, "print('hello', flush=True)");
        ServiceSpec spec = new SupervisorFixture.Setup().workers(2).command(command).plan(runtime);
        try (Supervisor supervisor =
                Supervisor.create(
                        spec, throwing, Env.system(), Optional.empty(), Optional.empty())) {
            CompletableFuture<Integer> exit = new CompletableFuture<>();
            Thread stopper = Thread.ofPlatform().start(() -> stopWhenReady(supervisor, exit));
            assertThat(supervisor.run()).isZero();
            stopper.join();
            assertThat(exit.get()).isEqualTo(2);
        }
    }

    /// Completes `ready` with the number of ready slots, then stops the supervisor.
    private static void stopWhenReady(Supervisor supervisor, CompletableFuture<Integer> ready) {
        Await.until(SupervisorFixture.LIMIT, () -> readySlots(supervisor) == 2, () -> "not ready");
        ready.complete(readySlots(supervisor));
        supervisor.ask(new Request.Stop()).join();
    }

    private static int readySlots(Supervisor supervisor) {
        return (int)
                supervisor.status().join().slots().stream()
                        .filter(slot -> slot.state().equals("ready"))
                        .count();
    }

    @Test
    void withWorkersThatHaveStrayChildren() throws Exception {
        RecordingSink sink = new RecordingSink();
        Command command =
                Programs.shell(
                        "trap '' TERM; (setsid sleep 300 & echo PID $!); setsid sleep 301 &"
                                + " echo PID $!; wait");
        ServiceSpec spec = new SupervisorFixture.Setup().command(command).plan(runtime);
        try (Supervisor supervisor =
                Supervisor.create(
                        spec,
                        sink,
                        Env.system().withCgroups(false),
                        Optional.empty(),
                        Optional.empty())) {
            Thread interrupter =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        Await.until(
                                                SupervisorFixture.LIMIT,
                                                () -> sink.printed().size() == 2,
                                                sink::toString);
                                        supervisor.ask(new Request.Stop());
                                        supervisor.ask(new Request.Stop());
                                    });
            supervisor.run();
            interrupter.join();
        }
        assertThat(sink.printed())
                .map(line -> Integer.parseInt(line.replaceAll(".* ", "")))
                .hasSize(2)
                .noneMatch(SupervisorFixture::alive);
    }

    @Test
    void ifNoWorkerCanBeStarted() throws Exception {
        ServiceSpec spec = new SupervisorFixture.Setup().plan(runtime);
        Path gone = runtime.resolve("gone").resolve("further");
        ServiceSpec unreachable = spec.withName(spec.name(), gone);
        try (Supervisor supervisor =
                Supervisor.create(
                        unreachable,
                        new RecordingSink(),
                        Env.system(),
                        Optional.empty(),
                        Optional.empty())) {
            assertThat(supervisor.run()).isEqualTo(1);
        }
    }
}
