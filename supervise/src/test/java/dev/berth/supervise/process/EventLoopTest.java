package dev.berth.supervise.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.lifecycle.Moment;
import dev.berth.sys.Descriptors;
import dev.berth.sys.Fd;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The owner thread's loop, turned by hand.
@ExtendWith(LeakCheck.class)
class EventLoopTest {
    private final List<Fd> opened = new ArrayList<>();
    private final List<String> calls = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private EventLoop loop;

    @BeforeEach
    void open() throws Exception {
        loop = new EventLoop(complaints::add, Clock.SYSTEM);
    }

    @AfterEach
    void close() {
        loop.close();
        opened.forEach(Fd::close);
    }

    @Test
    void anErrorInOneTaskIsReportedAndTheRestIsDone() throws Exception {
        loop.post(
                () -> {
                    throw new IllegalStateException("oops");
                });
        loop.post(() -> calls.add("next"));

        loop.turn(loop.now() + 1_000);

        assertThat(calls).containsExactly("next");
        assertThat(complaints).singleElement().asString().contains("oops");
    }

    @Test
    void aRepeatedFailureIsReportedOnceWithItsOwnMessage() {
        for (int i = 0; i < 3; i++) {
            loop.failed(new IOException("no process could be started"), "periodic check: guard");
        }

        assertThat(complaints)
                .containsExactly(
                        "no process could be started (while doing: periodic check: guard)");
    }

    @Test
    void workThatLackedAThreadIsRetried() {
        int[] tries = {0};
        Runnable lacking =
                () -> {
                    if (tries[0]++ < 2) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    calls.add("done");
                };
        loop.post(lacking);
        loop.after(0, lacking);
        while (calls.size() < 2) {
            loop.turn(Moment.NEVER);
        }
        assertThat(calls).containsExactly("done", "done");
        assertThat(complaints).singleElement().asString().contains("limit on processes");
    }

    @Test
    void aPeriodicTaskSurvivesAnError() {
        loop.every(
                1,
                () -> {
                    calls.add("called");
                    throw new NoClassDefFoundError("gone");
                });
        while (calls.size() < 3) {
            loop.turn(Moment.NEVER);
        }
        assertThat(complaints).singleElement().asString().contains("gone");
    }

    private record Ends(Fd reading, Fd writing) {
        void write() {
            Descriptors.write(writing.number(), new byte[] {1}, 0, 1);
        }
    }

    private Ends pipe() {
        int[] ends = new int[2];
        assertThat(Descriptors.pipe2(ends, Descriptors.O_CLOEXEC)).isZero();
        Ends pipe = new Ends(new Fd(ends[0]), new Fd(ends[1]));
        opened.addAll(List.of(pipe.reading(), pipe.writing()));
        return pipe;
    }

    private void turn() throws Exception {
        loop.turn(loop.now());
    }

    @Test
    void aTaskPostedFromAnotherThreadEndsTheWait() throws Exception {
        Thread other = Thread.ofPlatform().start(() -> loop.post(() -> calls.add("posted")));
        loop.turn(Moment.NEVER);
        other.join();
        assertThat(calls).containsExactly("posted");
    }

    @Test
    void timersRunInTheOrderOfTheirTime() throws Exception {
        long now = loop.now();
        loop.at(now + 20, () -> calls.add("third"));
        loop.at(now, () -> calls.add("first"));
        loop.at(now, () -> calls.add("second"));
        while (calls.size() < 3) {
            loop.turn(Moment.NEVER);
        }
        assertThat(calls).containsExactly("first", "second", "third");
    }

    @Test
    void aReaderMayForgetAndCloseAnotherReadyOne() throws Exception {
        Ends one = pipe();
        Ends two = pipe();
        one.write();
        two.write();
        for (Ends own : List.of(one, two)) {
            Ends other = own == one ? two : one;
            loop.watch(
                    own.reading(),
                    () -> {
                        calls.add("called");
                        loop.forget(other.reading());
                        other.reading().close();
                    });
        }
        turn();
        assertThat(calls).hasSize(1);
        turn();
        assertThat(calls).hasSize(2);
    }

    @Test
    void aReusedDescriptorNumberIsNotMistakenForTheOldOne() throws Exception {
        Ends one = pipe();
        Ends two = pipe();
        one.write();
        two.write();
        for (Ends own : List.of(one, two)) {
            Ends other = own == one ? two : one;
            loop.watch(
                    own.reading(),
                    () -> {
                        loop.forget(other.reading());
                        other.reading().close();
                        Ends next = pipe();
                        loop.watch(next.reading(), () -> calls.add("wrong"));
                    });
        }
        turn();
        assertThat(calls).isEmpty();
    }

    @Test
    void aReaderAtEndOfFileIsCalledOnceAndDoesNotSpin() throws Exception {
        Ends pipe = pipe();
        pipe.write();
        pipe.writing().close();
        loop.watch(pipe.reading(), () -> calls.add("end"));
        turn();
        assertThat(calls).as("there is something left to read").hasSize(1);
        Descriptors.read(pipe.reading().number(), new byte[8], 0, 8);
        turn();
        turn();
        assertThat(calls).hasSize(2);
    }

    @Test
    void tasksForAClosedLoopAreRejected() {
        loop.post(() -> calls.add("before"));
        loop.close();
        assertThat(calls).containsExactly("before");
        assertThat(loop.post(() -> calls.add("after"))).isFalse();
        loop.close();
        assertThat(calls).hasSize(1);
    }
}
