package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Observer;
import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.Plan;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.contract.WorkerId;
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
        runtime = Rig.directory();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        try (Stream<Path> left = Files.list(runtime)) {
            assertThat(left).isEmpty();
        } finally {
            Rig.delete(runtime);
        }
        assertThat(TreeTest.groups(runtime.getFileName().toString())).isEmpty();
    }

    @Test
    void beforeItHasRun() throws Exception {
        Supervisor supervisor = Supervisor.create(new Rig.Setup().plan(runtime), new Notes());
        CompletableFuture<Outcome> asked = supervisor.ask(new Request.Stop());
        CompletableFuture<Status> looked = supervisor.status();
        supervisor.close();
        supervisor.close();
        String over = runtime.getFileName() + " is stopping";
        assertThat(asked.get()).isEqualTo(Outcome.failed(over));
        assertThat(supervisor.ask(new Request.Stop()).get()).isEqualTo(Outcome.failed(over));
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
        Observer throwing =
                new Observer() {
                    @Override
                    public void said(String text) {
                        if (text.contains("ready")) {
                            throw new OutOfMemoryError("of the test");
                        }
                        throw new IllegalStateException("enough");
                    }

                    @Override
                    public void printed(WorkerId worker, boolean error, String line) {
                        throw new IllegalStateException("enough");
                    }
                };
        Command command = Programs.server(port, "print('hello', flush=True)");
        Plan plan = new Rig.Setup().workers(2).command(command).plan(runtime);
        try (Supervisor supervisor = Supervisor.create(plan, throwing)) {
            CompletableFuture<Integer> exit = new CompletableFuture<>();
            Thread stopper = Thread.ofPlatform().start(() -> stopWhenReady(supervisor, exit));
            assertThat(supervisor.run()).isZero();
            stopper.join();
            assertThat(exit.get()).isEqualTo(2);
        }
    }

    /// Completes `ready` with the number of ready slots, then stops the supervisor.
    private static void stopWhenReady(Supervisor supervisor, CompletableFuture<Integer> ready) {
        Await.until(Rig.LIMIT, () -> readySlots(supervisor) == 2, () -> "not ready");
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
        Notes notes = new Notes();
        Command command =
                Programs.shell(
                        "trap '' TERM; (setsid sleep 300 & echo PID $!); setsid sleep 301 &"
                                + " echo PID $!; wait");
        Plan plan = new Rig.Setup().command(command).plan(runtime);
        try (Supervisor supervisor = Supervisor.create(plan, notes, false)) {
            Thread interrupter =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        Await.until(
                                                Rig.LIMIT,
                                                () -> notes.printed().size() == 2,
                                                notes::toString);
                                        supervisor.ask(new Request.Stop());
                                        supervisor.ask(new Request.Stop());
                                    });
            supervisor.run();
            interrupter.join();
        }
        assertThat(notes.printed())
                .map(line -> Integer.parseInt(line.replaceAll(".* ", "")))
                .hasSize(2)
                .noneMatch(Rig::alive);
    }

    @Test
    void ifNoWorkerCanBeStarted() throws Exception {
        Plan plan = new Rig.Setup().plan(runtime);
        Path gone = runtime.resolve("gone").resolve("further");
        Plan unreachable =
                new Plan(
                        plan.name(),
                        plan.command(),
                        1,
                        List.of(),
                        List.of(),
                        List.of(),
                        plan.adopt(),
                        plan.steer(),
                        plan.policy(),
                        plan.maxConnections(),
                        plan.settings(),
                        plan.directory(),
                        plan.environment(),
                        Optional.empty(),
                        plan.stopSignal(),
                        1,
                        false,
                        false,
                        Optional.empty(),
                        gone);
        try (Supervisor supervisor = Supervisor.create(unreachable, new Notes())) {
            assertThat(supervisor.run()).isEqualTo(1);
        }
    }
}
