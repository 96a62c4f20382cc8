package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// With signals whose default action is to do nothing.
@Timeout(60)
class SignalHandlersTest {
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    private static void send(Signal signal) {
        assertThat(Processes.kill((int) ProcessHandle.current().pid(), signal.number())).isZero();
    }

    private SignalThread thread() {
        Optional<SignalThread> thread = SignalThread.start();
        assertThat(thread).isPresent();
        return thread.orElseThrow();
    }

    @Test
    void eachSignalRunsItsOwnAction() throws Exception {
        SignalThread thread = thread();
        assertThat(thread.handle(Signal.URG.number(), () -> seen.add("urg"))).isTrue();
        assertThat(thread.handle(Signal.WINCH.number(), () -> seen.add("winch"))).isTrue();
        send(Signal.URG);
        assertThat(seen.take()).isEqualTo("urg");
        send(Signal.WINCH);
        assertThat(seen.take()).isEqualTo("winch");
        send(Signal.URG);
        assertThat(seen.take()).isEqualTo("urg");
        assertThat(seen).isEmpty();
    }

    @Test
    void theActionsOfAllSignalsRunOnOneThread() throws Exception {
        SignalThread thread = thread();
        thread.handle(Signal.URG.number(), () -> seen.add(Thread.currentThread().toString()));
        send(Signal.URG);
        String first = seen.take();
        send(Signal.URG);
        assertThat(seen.take()).isEqualTo(first);
    }

    @Test
    void anActionThatFailsDoesNotKeepTheNextSignalFromBeingActedUpon() throws Exception {
        SignalThread thread = thread();
        thread.handle(
                Signal.URG.number(),
                () -> {
                    seen.add("failing");
                    throw new IllegalStateException("thrown by this test");
                });
        thread.handle(Signal.WINCH.number(), () -> seen.add("next"));
        send(Signal.URG);
        assertThat(seen.take()).isEqualTo("failing");
        send(Signal.WINCH);
        assertThat(seen.take()).isEqualTo("next");
    }

    @Test
    void whereNobodyReadsTheHandlerStillReturns() throws Exception {
        SignalThread thread = thread();
        BlockingQueue<String> gate = new LinkedBlockingQueue<>();
        thread.handle(
                Signal.URG.number(),
                () -> {
                    try {
                        gate.take();
                    } catch (InterruptedException never) {
                        throw new IllegalStateException(never);
                    }
                });
        thread.handle(Signal.WINCH.number(), () -> seen.add("winch"));
        // More than the pipe has room for.
        for (int i = 0; i < 70_000; i++) {
            send(Signal.URG);
        }
        gate.addAll(Collections.nCopies(70_000, "go"));
        send(Signal.WINCH);
        // What was sent while the pipe was full is merged with what is in it; WINCH may be, too.
        while (seen.isEmpty()) {
            send(Signal.WINCH);
            Thread.sleep(1);
        }
        assertThat(seen.take()).isEqualTo("winch");
    }

    @Test
    void aSignalThatCannotBeHandledChangesNothing() {
        assertThat(thread().handle(Signal.KILL.number(), () -> seen.add("never"))).isFalse();
    }

    @Test
    void theCodeForAarch64HasTheWholeNumberOfTheDescriptor() {
        List<Integer> words = new ArrayList<>();
        ByteBuffer code =
                ByteBuffer.wrap(SignalCode.writingTo(Arch.AARCH64, 0x1234_5678))
                        .order(ByteOrder.LITTLE_ENDIAN);
        while (code.hasRemaining()) {
            words.add(code.getInt());
        }
        // As binutils assembles it: mov w0, #0x5678; movk w0, #0x1234, lsl #16; mov w8, #64.
        assertThat(words).contains(0x528acf00, 0x72a24680, 0x52800808);
    }
}
