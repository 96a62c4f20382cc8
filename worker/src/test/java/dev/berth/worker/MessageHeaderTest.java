package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MessageHeaderTest {
    @Test
    void distinguishesADescriptorFromNoneAndFromALostOne() {
        assertThat(MessageHeader.descriptor(20, 0, 7)).isEqualTo(7);
        assertThat(MessageHeader.descriptor(20, SystemCalls.MSG_CTRUNC, 7)).isEqualTo(7);
        assertThat(MessageHeader.descriptor(0, 0, 0)).isEqualTo(SystemCalls.NONE);
        assertThat(MessageHeader.descriptor(0, SystemCalls.MSG_CTRUNC, 0))
                .isEqualTo(SystemCalls.LOST);
    }
}
