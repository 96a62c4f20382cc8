package dev.berth.cli.demo;

import dev.berth.cli.run.Console;
import dev.berth.cli.run.SupervisorControl;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.contract.Status.SlotStatus;

import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Prints what to try while the demo runs, once all workers are ready.
final class DemoHints {
    private static final int MOST_TRIES = 300;
    private static final long PAUSE_MILLIS = 100;

    private final int port;

    DemoHints(int port) {
        this.port = port;
    }

    void printWhenReady(SupervisorControl supervisor, Console console) {
        Thread.ofPlatform().name("demo hints").daemon().start(() -> await(supervisor, console));
    }

    private void await(SupervisorControl supervisor, Console console) {
        try {
            for (int i = 0; i < MOST_TRIES; i++) {
                Status status = supervisor.status().get(5, TimeUnit.SECONDS);
                if (status.slots().stream().allMatch(DemoHints::ready)) {
                    text(status).lines().forEach(console::plain);
                    return;
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (ExecutionException | TimeoutException | InterruptedException over) {
            // The demo ended before it was ready, and has said why.
        }
    }

    private String text(Status status) {
        OptionalInt pid = status.slots().getFirst().pid();
        String one = pid.isPresent() ? String.valueOf(pid.getAsInt()) : "PID";
        return """
        All workers are ready. In another terminal, try:
          while curl -s http://localhost:%d/; do sleep 0.2; done
          ./berth status %s
          ./berth roll %s
          kill -9 %s
        Ctrl-C stops it.\
        """
                .formatted(port, status.name(), status.name(), one);
    }

    private static boolean ready(SlotStatus slot) {
        return slot.state().equals("ready");
    }
}
