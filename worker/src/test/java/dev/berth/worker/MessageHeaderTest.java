package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MessageHeaderTest {
    @Test
    void distinguishesADescriptorFromNoneAndFromALostOne() {
        assertThat(MessageHeader.descriptor(20, 0, 7)).isEqualTo(7);
        assertThat(MessageHeader.descriptor(20, Libc.MSG_CTRUNC, 7)).isEqualTo(7);
        assertThat(MessageHeader.descriptor(0, 0, 0)).isEqualTo(Libc.NONE);
        assertThat(MessageHeader.descriptor(0, Libc.MSG_CTRUNC, 0)).isEqualTo(Libc.LOST);
    }
}
