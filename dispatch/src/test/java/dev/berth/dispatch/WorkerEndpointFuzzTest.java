package dev.berth.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.sys.ErrnoException;
import dev.berth.testkit.Fuzz;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// Arbitrary packets from a worker: it takes connections, pauses, or is dropped with a reason and
/// its socket closed.
@ExtendWith(LeakCheck.class)
class WorkerEndpointFuzzTest {
    private final List<Throwable> failures = new ArrayList<>();
    private final AtomicInteger held = new AtomicInteger();
    private Optional<WorkerEndpoint> endpoint = Optional.empty();
    private String why = "";
    private int greetings;
    private int given;

    private final class Listening implements WorkerEndpointCallback {
        @Override
        public void ready() {
            greetings++;
        }

        @Override
        public void gone(String reason) {
            why = reason;
        }
    }

    @Test
    void everyPacketIsUnderstoodOrDropsItsWorker() throws Exception {
        try (Reactor reactor = new Reactor(failures::add)) {
            Service service =
                    new Service(DispatcherLimits.defaults(), 16, new Counters(), reactor, held);
            Fuzz.ofTexts(
                            "packets at the dispatcher",
                            "ready 1",
                            "ready 1",
                            "pause",
                            "pause",
                            "bye",
                            "ready 2",
                            "conn")
                    .check(input -> check(service, reactor, new String(input, US_ASCII)));
            endpoint.ifPresent(WorkerEndpoint::retire);
        }
        assertThat(failures).isEmpty();
        assertThat(greetings).isPositive();
        assertThat(given).isPositive();
    }

    private void check(Service service, Reactor reactor, String packet) throws ErrnoException {
        if (endpoint.isEmpty()) {
            endpoint = Optional.of(joined(service, reactor));
        }
        WorkerEndpoint worker = endpoint.get();
        why = "";
        worker.received(packet);
        boolean ready = packet.equals("ready 1");
        boolean understood = ready || packet.equals("pause");
        Fuzz.require(worker.accepts() == ready, "takes connections");
        Fuzz.require(worker.gone() != understood, "is dropped");
        Fuzz.require(why.isEmpty() == understood, why);
        if (worker.gone()) {
            given++;
            endpoint = Optional.empty();
        }
    }

    private WorkerEndpoint joined(Service service, Reactor reactor) throws ErrnoException {
        WorkerEndpoint next =
                new WorkerEndpoint(
                        service,
                        0,
                        WorkerSocketPair.open(),
                        new Listening(),
                        reactor,
                        new WorkerEndpoint.QueueLimit(32, held));
        next.begin();
        return next;
    }
}
