package dev.berth.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

import java.util.List;

class StatusReportTest {
    private static final String JSON =
            """
            {"schema":1,"name":"a \\"b\\" \\u00e4","pid":10,"operation":null,"strangers":[],
             "slots":[
               {"slot":0,"state":"ready","pid":42,"generation":3,"restarts":1,"workers":[{"pid":42}]},
               {"slot":1,"state":"backoff","generation":0,"restarts":7,"workers":[]}]}
            """;

    @Test
    void slotsAreReadAndAnAbsentPidStaysAbsent() {
        StatusReport status = StatusReport.parse(JSON);
        assertThat(status.pid()).isEqualTo(10);
        assertThat(status.workers()).containsExactly(42);
        assertThat(status.slots().get(1).pid()).isEmpty();
        assertThat(status.slots().get(1).restarts()).isEqualTo(7);
    }

    @Test
    void readyMeansTheRightNumberOfSlotsAllReady() {
        StatusReport status = StatusReport.parse(JSON);
        assertThat(status.ready(2)).isFalse();
        var first = new StatusReport(10, status.slots().subList(0, 1));
        assertThat(first.ready(1)).isTrue();
        assertThat(first.ready(2)).isFalse();
    }

    @Test
    void fieldsOfEveryKindAreSkipped() {
        String more = " {\"a\": [1, -2.5e1, true, false, null, \"x\\ny\"], \"b\": {\"pid\": 1}, ";
        assertThat(StatusReport.parse(JSON.replaceFirst("\\{", more)))
                .isEqualTo(StatusReport.parse(JSON));
    }

    @Test
    void invalidJsonIsRejectedWithItsPosition() {
        assertThatIllegalArgumentException().isThrownBy(() -> StatusReport.parse("{\"a\":}"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StatusReport.parse("{\"a\":1 x"))
                .withMessageContaining("at column 8");
        assertThatIllegalArgumentException().isThrownBy(() -> StatusReport.parse("{\"slots\":[1"));
        assertThatIllegalArgumentException().isThrownBy(() -> StatusReport.parse(JSON + "x"));
        assertThatIllegalArgumentException().isThrownBy(() -> StatusReport.parse(JSON + "{}"));
    }

    @Test
    void whatIsNotAStatusIsRejected() {
        for (String json : List.of("", "[]", "{}", "{\"pid\":1}", "{\"pid\":1,\"slots\":7}")) {
            assertThatIllegalArgumentException()
                    .as(json)
                    .isThrownBy(() -> StatusReport.parse(json));
        }
    }
}
