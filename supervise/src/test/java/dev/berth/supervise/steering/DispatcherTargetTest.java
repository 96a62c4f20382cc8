package dev.berth.supervise.steering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.berth.supervise.contract.Policy;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class DispatcherTargetTest {
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
}
