package dev.berth.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

class TableValueTest {

    @Test
    void bytesAreTurnPickCountAndKeys() {
        byte[] value = TableValue.of(Selection.CPU, new int[] {7, 9});

        ByteBuffer bytes = ByteBuffer.wrap(value).order(ByteOrder.nativeOrder());
        assertThat(bytes.remaining()).isEqualTo(4112);
        assertThat(bytes.getLong()).isZero();
        assertThat(bytes.getInt()).isEqualTo(3);
        assertThat(bytes.getInt()).isEqualTo(2);
        assertThat(bytes.getInt()).isEqualTo(7);
        assertThat(bytes.getInt()).isEqualTo(9);
    }

    @Test
    void moreKeysThanPlacesAreRefused() {
        assertThat(TableValue.of(Selection.HASH, new int[1024])).hasSize(4112);
        assertThatThrownBy(() -> TableValue.of(Selection.HASH, new int[1025]))
                .hasMessage("keys=1025: a table has 1024 places");
    }
}
