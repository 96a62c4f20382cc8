package dev.berth.supervise.steering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.dispatch.Dispatcher;
import dev.berth.dispatch.DispatcherConfig;
import dev.berth.net.ListenAddress;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Admission;
import dev.berth.supervise.lifecycle.TrafficPlan;
import dev.berth.supervise.lifecycle.TrafficPlans;
import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

@ExtendWith(LeakCheck.class)
class DispatcherTargetTest {
    /// How long a client that is not refused is observed.
    private static final Duration PATIENCE = Duration.ofMillis(100);

    @Test
    void aDispatcherHasEveryPolicyThatIsNotRefusedAndNoOther() {
        List<Policy> all = new ArrayList<>(Policy.examples());
        all.add(new Policy.LeastConnections());
        for (Policy policy : all) {
            if (DispatcherTarget.refusal(policy).isEmpty()) {
                assertThat(DispatcherTarget.choice(policy)).as(policy.word()).isNotNull();
            } else {
                assertThatIllegalArgumentException()
                        .as(policy.word())
                        .isThrownBy(() -> DispatcherTarget.choice(policy));
            }
        }
        assertThat(all).containsAll(Policy.ofDispatcher());
    }

    private static TrafficPlan unserved(Admission admission) {
        return TrafficPlans.unserved(Set.of(0), admission).withPolicy(new Policy.RoundRobin());
    }

    @Test
    void aNewServiceWithTheLastPlanTreatsClientsLikeOneThatSawAllPlans() throws Exception {
        List<Admission> plans =
                List.of(
                        Admission.STARTING,
                        Admission.REFUSE,
                        Admission.WAIT,
                        Admission.SHED,
                        Admission.WAIT,
                        Admission.CLOSING);
        try (EmptyService old = new EmptyService()) {
            for (Admission admission : plans) {
                boolean waits = admission == Admission.STARTING || admission == Admission.WAIT;
                try (EmptyService fresh = new EmptyService()) {
                    for (EmptyService service : List.of(old, fresh)) {
                        service.target.apply(unserved(admission));
                        service.target.apply(unserved(admission));
                        service.connect();
                        service.expect(waits);
                    }
                }
            }
        }
    }

    /// Here the worker in service never takes what has arrived.
    @Test
    void aServiceThatClosesListensNoLonger() throws Exception {
        try (EmptyService service = new EmptyService()) {
            Set<WorkerId> workers = Set.of(new WorkerId(0, 1));
            service.target.apply(
                    TrafficPlans.serving(workers, Set.of(0)).withPolicy(new Policy.RoundRobin()));
            service.connect();
            service.expect(true);
            service.target.apply(unserved(Admission.CLOSING));
            service.target.apply(unserved(Admission.CLOSING));
            service.expect(false);
            Await.until(
                    Duration.ofSeconds(20),
                    () -> !service.dispatcher.ending("web"),
                    () -> "more connections may come");
            assertThatThrownBy(service::connect).isInstanceOf(ConnectException.class);
        }
    }

    /// A dispatcher's service whose workers never come.
    private static final class EmptyService implements AutoCloseable {
        private final Dispatcher dispatcher;
        private final DispatcherTarget target;
        private final ListenAddress address;
        private final List<Socket> clients = new ArrayList<>();

        EmptyService() throws IOException {
            ListenAddress any = ListenAddress.parse("127.0.0.1:0");
            dispatcher =
                    Dispatcher.open(DispatcherConfig.simple(List.of(any), 128, "web"), _ -> {});
            target = new DispatcherTarget(dispatcher, "web");
            address = dispatcher.listenerStats().getFirst().address();
        }

        void connect() throws IOException {
            clients.add(new Socket(address.address().host(), address.address().port()));
        }

        /// Whether the last client waits; otherwise all have been refused.
        void expect(boolean waits) throws InterruptedException {
            if (waits) {
                Thread.sleep(PATIENCE);
                assertThat(dispatcher.counts().refused()).isLessThan(clients.size());
            } else {
                Await.until(
                        Duration.ofSeconds(20),
                        () -> dispatcher.counts().refused() == clients.size(),
                        () -> "not all are refused: " + dispatcher.counts());
            }
        }

        @Override
        public void close() throws IOException {
            for (Socket client : clients) {
                client.close();
            }
            dispatcher.close();
        }
    }
}
